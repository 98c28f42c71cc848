"""Bodies of requests, read piece by piece after the key was looked at, and bounded.

A route must not declare a body of its own: that would be read whole before anybody asks for a key.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.problem_kinds import ProblemKind
from api.problems import RequestFailed
from verdicts.spool import Spool, SpoolSpace

JSON_BYTES = 64 * 1024
SMALL_SECONDS = 30
RETRY = {"Retry-After": "5"}
Model = TypeVar("Model", bound=BaseModel)


async def read_file(
    request: Request, spool: Spool, space: SpoolSpace, limit: int, seconds: float
) -> None:
    """Keep the body in the spool; raise RequestFailed if it is too large, too slow, or no room."""

    def keep(piece: bytes) -> None:
        if space.full:
            raise busy("There is no room for the file now.")
        try:
            spool.write(memoryview(piece))
        except OSError:
            raise RequestFailed(
                HTTPStatus.INSUFFICIENT_STORAGE, "There is no room on the disk for the file."
            ) from None

    await _read(request, limit, seconds, "file", keep)


async def read_past(request: Request, limit: int, seconds: float) -> None:
    """Read the body and keep nothing of it; raise RequestFailed if it is too large or too slow."""
    await _read(request, limit, seconds, "body", len)


async def read_json(request: Request, model: type[Model]) -> Model:
    """Return the body; raise RequestFailed, or RequestValidationError for what it may not be."""
    body = await read_bytes(request, JSON_BYTES, "document")
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        wrong = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from None


async def read_bytes(request: Request, limit: int, what: str) -> bytes:
    """Return a small body; raise RequestFailed if it is larger or too slow."""
    body = bytearray()
    await _read(request, limit, SMALL_SECONDS, what, body.extend)
    return bytes(body)


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """Describe the body of a route for OpenAPI."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def file_body(description: str, *media_types: str) -> dict[str, Any]:
    """Describe a body that is a file, for OpenAPI."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    content = dict.fromkeys(media_types, schema)
    return {"requestBody": {"required": True, "description": description, "content": content}}


def busy(detail: str) -> RequestFailed:
    return RequestFailed(HTTPStatus.SERVICE_UNAVAILABLE, detail, RETRY, kind=ProblemKind.BUSY)


async def _read(
    request: Request, limit: int, seconds: float, what: str, keep: Callable[[bytes], object]
) -> None:
    too_large = RequestFailed(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"A {what} may have {limit} bytes at most.",
        kind=ProblemKind.BODY_TOO_LARGE,
    )
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise too_large
                keep(piece)
    except TimeoutError:
        raise RequestFailed(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The {what} took too long.",
            kind=ProblemKind.BODY_TOO_SLOW,
        ) from None
