"""Hand in a file: the same inspection as in traffic."""

import asyncio
import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.access import Analyst
from api.models import VerdictModel
from api.problems import RequestFailed
from api.services import Served, Services
from api.uploads import declared_name, declared_type
from verdicts.scan_socket import NoFrontAnswers, ScanRefused, ScanRequest, submit
from verdicts.spool import Spool

router = APIRouter(prefix="/v1/scans", tags=["scans"])
BODY = {
    "requestBody": {
        "required": True,
        "description": "The file as it is. Content-Type is taken as its declared type.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ScanQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(
        None, max_length=1024, description="The file's name; else from Content-Disposition."
    )
    url: str = Field("", max_length=4096, description="Where it comes from.")


@router.post("", summary="Inspect a file", response_model=VerdictModel, openapi_extra=BODY)
async def scan(
    services: Served, key: Analyst, query: Annotated[ScanQuery, Query()], request: Request
) -> Response:
    """Answer with its verdict, which is in the log then as well."""
    if services.uploads.locked():
        raise _busy("Too many files are handed in at the same time.")
    asked = ScanRequest(
        file_name=declared_name(request.headers) if query.name is None else query.name,
        declared_type=declared_type(request.headers),
        url=query.url,
        user=key.name,
        client_ip=request.client.host if request.client else "",
    )
    async with services.uploads:
        spool = Spool(services.space)
        try:
            await _receive(request, services, spool)
            row = await run_in_threadpool(_submit, services, spool, asked)
        finally:
            spool.close()
    # Written as it is: names inside archives need not be Unicode, and no model would pass them.
    content = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, media_type="application/json")


async def _receive(request: Request, services: Services, spool: Spool) -> None:
    limit = services.settings.scan_limit_bytes
    too_large = RequestFailed(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A file may have {limit} bytes at most."
    )
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large
    try:
        async with asyncio.timeout(services.settings.upload_seconds):
            async for piece in request.stream():
                if spool.size + len(piece) > limit:
                    raise too_large
                if services.space.full:
                    raise _busy("There is no room for the file now.")
                _keep(spool, piece)
    except TimeoutError:
        raise RequestFailed(HTTPStatus.REQUEST_TIMEOUT, "The file took too long.") from None


def _keep(spool: Spool, piece: bytes) -> None:
    try:
        spool.write(memoryview(piece))
    except OSError:
        raise RequestFailed(
            HTTPStatus.INSUFFICIENT_STORAGE, "There is no room on the disk for the file."
        ) from None


def _submit(services: Services, spool: Spool, asked: ScanRequest) -> dict[str, object]:
    try:
        return submit(
            services.run_directory, spool.descriptor(), asked, services.settings.scan_seconds
        )
    except NoFrontAnswers:
        raise _busy("No ICAP front takes files now.") from None
    except ScanRefused:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The front refused the file."
        ) from None


def _busy(detail: str) -> RequestFailed:
    return RequestFailed(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "5"})
