"""Files that analysts know by their hash: blocked or allowed, in the active rule set."""

from enum import StrEnum
from http import HTTPStatus
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Admin, Analyst, Viewer
from api.audit import audit_of
from api.bodies import json_body, read_json
from api.conditional import IfMatch, NeedsIfMatch, Precondition, state_tag
from api.list_models import ListedModel, ListPage, NewListed
from api.models import NoQuery
from api.problem_kinds import ProblemKind
from api.problems import RequestFailed
from api.services import Served, Services
from api.set_edits import Edited, active_set, edit_active
from scanners.hash_lists import (
    ALLOWED,
    BLOCKED,
    HashList,
    Listed,
    as_author,
    read_hash_list,
    utc_day,
    with_line,
)
from verdicts.ledger.access.key_table import ApiKey

router = APIRouter(prefix="/v1", tags=["lists"])
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256, lower case.")]
NoQueries = Annotated[NoQuery, Query()]


class ListName(StrEnum):
    BLOCKLIST = BLOCKED
    ALLOWLIST = ALLOWED


class ListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000)
    cursor: str = Field("", pattern="^([0-9a-f]{64})?$", description="`next` of the page before.")


@router.get(
    "/blocklist",
    summary="List files that are blocked by hash",
    response_model=ListPage,
    dependencies=[Viewer],
)
def blocklist(services: Served, query: Annotated[ListQuery, Query()]) -> dict[str, object]:
    """Show them with reason, author and expiry, those that have expired included."""
    return _page(services, ListName.BLOCKLIST, query)


@router.get(
    "/allowlist",
    summary="List files that are allowed by hash",
    response_model=ListPage,
    dependencies=[Viewer],
)
def allowlist(services: Served, query: Annotated[ListQuery, Query()]) -> dict[str, object]:
    """Show them with reason, author and expiry, those that have expired included."""
    return _page(services, ListName.ALLOWLIST, query)


@router.get(
    "/blocklist/{sha256}",
    summary="Show a file that is blocked by hash",
    response_model=ListedModel,
    dependencies=[Viewer],
)
def blocked_file(
    services: Served, sha256: Digest, query: NoQueries, response: Response
) -> dict[str, object]:
    return _show(services, ListName.BLOCKLIST, sha256, response)


@router.get(
    "/allowlist/{sha256}",
    summary="Show a file that is allowed by hash",
    response_model=ListedModel,
    dependencies=[Viewer],
)
def allowed_file(
    services: Served, sha256: Digest, query: NoQueries, response: Response
) -> dict[str, object]:
    return _show(services, ListName.ALLOWLIST, sha256, response)


# What makes the network stricter is an analyst's to do, what opens it an admin's.


@router.put(
    "/blocklist/{sha256}",
    summary="Block a file by its hash",
    response_model=ListedModel,
    openapi_extra=json_body(NewListed),
)
async def block_file(
    services: Served,
    request: Request,
    key: Analyst,
    sha256: Digest,
    query: NoQueries,
    *,
    given: IfMatch,
    response: Response,
) -> dict[str, object]:
    """Put it on the list, or change what is said of it (If-Match is needed then).

    A new rule set is made of it and activated; that takes some seconds.
    """
    return await _put(services, request, key, ListName.BLOCKLIST, sha256, given, response)


@router.put(
    "/allowlist/{sha256}",
    summary="Allow a file by its hash",
    response_model=ListedModel,
    openapi_extra=json_body(NewListed),
)
async def allow_file(
    services: Served,
    request: Request,
    key: Admin,
    sha256: Digest,
    query: NoQueries,
    *,
    given: IfMatch,
    response: Response,
) -> dict[str, object]:
    """Put it on the list, or change what is said of it (If-Match is needed then).

    A new rule set is made of it and activated; that takes some seconds.
    """
    return await _put(services, request, key, ListName.ALLOWLIST, sha256, given, response)


@router.delete(
    "/blocklist/{sha256}",
    summary="Block a file by its hash no more",
    status_code=HTTPStatus.NO_CONTENT,
)
async def unblock_file(
    services: Served,
    request: Request,
    key: Admin,
    sha256: Digest,
    query: NoQueries,
    *,
    given: NeedsIfMatch,
) -> None:
    """Take it off the list; a new rule set is made of that and activated."""
    await _change(services, request, key, ListName.BLOCKLIST, sha256, given, None)


@router.delete(
    "/allowlist/{sha256}",
    summary="Allow a file by its hash no more",
    status_code=HTTPStatus.NO_CONTENT,
)
async def disallow_file(
    services: Served,
    request: Request,
    key: Analyst,
    sha256: Digest,
    query: NoQueries,
    *,
    given: NeedsIfMatch,
) -> None:
    """Take it off the list; a new rule set is made of that and activated."""
    await _change(services, request, key, ListName.ALLOWLIST, sha256, given, None)


def _page(services: Services, which: ListName, query: ListQuery) -> dict[str, object]:
    active, folder = active_set(services)
    lines = read_hash_list(folder / which).lines
    after = bytes.fromhex(query.cursor)
    rest = sorted(digest for digest in lines if digest > after)
    page = rest[: query.limit]
    return {
        "data": [_row(digest.hex(), lines[digest]) for digest in page],
        "next": page[-1].hex() if len(rest) > query.limit else None,
        "ruleset": active.id,
    }


def _show(
    services: Services, which: ListName, sha256: str, response: Response
) -> dict[str, object]:
    row = _find(read_hash_list(active_set(services)[1] / which), sha256)
    if row is None:
        raise _not_listed(which)
    response.headers["ETag"] = state_tag(row)
    return row


async def _put(  # noqa: PLR0917 - what the routes are given
    services: Services,
    request: Request,
    key: ApiKey,
    which: ListName,
    sha256: str,
    given: Precondition,
    response: Response,
) -> dict[str, object]:
    said = await read_json(request, NewListed)
    listed = Listed(said.expires, as_author(key.name), said.reason)
    row = await _change(services, request, key, which, sha256, given, listed)
    response.headers["ETag"] = state_tag(row)
    return row


async def _change(  # noqa: PLR0917
    services: Services,
    request: Request,
    key: ApiKey,
    which: ListName,
    sha256: str,
    given: Precondition,
    listed: Listed | None,
) -> dict[str, object]:
    """Return what is said of the file from now on; what was said before if it is taken off."""
    before: dict[str, object] | None = None
    after = None if listed is None else _row(sha256, listed)
    action = f"{which.name.lower()}.{'removed' if listed is None else 'set'}"

    def edit(folder: File) -> Edited:
        nonlocal before
        content, before = _edited(folder / which, sha256, given, listed)
        return Edited(content, audit_of(request, key, action, sha256, before, after))

    await edit_active(services, key, which, edit, f"{which.name.lower()}: {sha256[:16]}")
    return after or before or {}


def _edited(
    path: File, sha256: str, given: Precondition, listed: Listed | None
) -> tuple[bytes, dict[str, object] | None]:
    """Return the changed list, and what was said of the file before.

    Raise RequestFailed if the client does not know what it changes.
    """
    row = _find(read_hash_list(path), sha256)
    if row is None and listed is None:
        raise _not_listed(ListName(path.name))
    if row is not None and given.header is None:
        raise RequestFailed(
            HTTPStatus.PRECONDITION_REQUIRED,
            "The file is on the list already: send If-Match with the ETag of what is said of it.",
            kind=ProblemKind.PRECONDITION_MISSING,
        )
    given.check(state_tag(row))
    text = path.read_text("utf-8-sig") if path.exists() else ""
    try:
        return with_line(text, sha256, listed).encode(), row
    except ValueError as error:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"The list cannot hold this: {error}."
        ) from None


def _find(lines: HashList, sha256: str) -> dict[str, object] | None:
    listed = lines.lines.get(bytes.fromhex(sha256))
    return None if listed is None else _row(sha256, listed)


def _row(sha256: str, listed: Listed) -> dict[str, object]:
    return {
        "sha256": sha256,
        "expires": listed.expires,
        "author": listed.author,
        "reason": listed.reason,
        "in_force": listed.in_force(utc_day()),
    }


def _not_listed(which: ListName) -> RequestFailed:
    return RequestFailed(HTTPStatus.NOT_FOUND, f"The file is not on the {which.name.lower()}.")
