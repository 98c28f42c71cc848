"""Keys over REST: list, make, revoke."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError

from api.access import Admin
from api.access_models import CreatedKeyModel, KeyList, KeyModel, NewKey
from api.audit import audited_change
from api.bodies import json_body, read_json
from api.exchange import keep_secret
from api.models import NoQuery
from api.problems import RequestFailed
from api.services import Served, Services
from verdicts.ledger.access.key_table import ApiKey, key_of_prefix, key_row, list_keys, stored_row
from verdicts.ledger.access.keys import is_reserved, make_key, new_key
from verdicts.ledger.questions import LedgerFailed, RevokeKey
from verdicts.model import utc_now
from verdicts.record import microseconds

router = APIRouter(prefix="/v1/keys", tags=["access"])
TRIES = 3
"""Two keys may begin alike, though hardly ever."""
YEARS = 100
PREFIX = "^dk_[A-Za-z0-9_-]{8}$"


@router.get("", summary="List keys", response_model=KeyList)
def show_keys(
    services: Served, key: Admin, query: Annotated[NoQuery, Query()]
) -> dict[str, object]:
    """All that is known of each key but the key itself."""
    with services.reader.connect() as connection:
        return {"data": list(map(stored_row, list_keys(connection)))}


@router.post(
    "",
    summary="Make a key",
    status_code=HTTPStatus.CREATED,
    response_model=CreatedKeyModel,
    openapi_extra=json_body(NewKey),
)
async def create(
    services: Served, key: Admin, request: Request, query: Annotated[NoQuery, Query()]
) -> dict[str, object]:
    """Answer with the key, this once.

    A key that is limited to scopes can only make keys that are limited to some of these.
    """
    keep_secret(request)
    wanted = await read_json(request, NewKey)
    if is_reserved(wanted.name):
        raise _wrong("name", "The audit calls somebody else so.")
    now = utc_now()
    lifetime = None if wanted.expires is None else wanted.expires - now
    if lifetime is not None and not 0 < lifetime.total_seconds() < YEARS * 365 * 86400:
        raise _wrong("expires", f"It lies in the future, and within {YEARS} years.")
    scopes = tuple(dict.fromkeys(wanted.scopes))
    if key.scopes and not (scopes and set(scopes) <= set(key.scopes)):
        raise _wrong("scopes", f"Your own key is limited to: {', '.join(key.scopes)}.")
    for _ in range(TRIES):
        secret = make_key()
        stored = new_key(secret, wanted.name, wanted.role, now, lifetime, scopes=scopes)
        row = key_row(stored)
        if await audited_change(
            services, request, key, stored, "key.created", stored.prefix, None, row
        ):
            return {**row, "revoked": None, "last_used": None, "key": secret}
    raise LedgerFailed("no key was new")


@router.delete("/{prefix}", summary="Revoke a key", response_model=KeyModel)
async def revoke(
    services: Served,
    key: Admin,
    prefix: Annotated[str, Path(pattern=PREFIX)],
    request: Request,
    query: Annotated[NoQuery, Query()],
) -> dict[str, object]:
    """Make it worthless from now on; it stays in the list."""
    found = _find(services, prefix)
    now = microseconds(utc_now())
    if found is None or not await audited_change(
        services,
        request,
        key,
        RevokeKey(prefix, now),
        "key.revoked",
        prefix,
        key_row(found),
        None,
    ):
        raise RequestFailed(HTTPStatus.NOT_FOUND, "There is no such key that is not yet revoked.")
    revoked = _find(services, prefix)
    assert revoked is not None  # noqa: S101 - keys are never deleted
    return stored_row(revoked)


def _find(services: Services, prefix: str) -> ApiKey | None:
    with services.reader.connect() as connection:
        return key_of_prefix(connection, prefix)


def _wrong(field: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value", "loc": ("body", field), "msg": message}])
