"""Rows of the audit for what is done over the API: who, with which key, from where."""

from dataclasses import asdict
from http import HTTPStatus

import structlog
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.problems import RequestFailed
from api.services import Services
from verdicts.ledger.access.audit_changes import AddAudit, AuditRow, audit_row
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.access.keys import is_reserved
from verdicts.ledger.questions import Audited, Change, LedgerAway, LedgerFailed, ask_change
from verdicts.model import utc_now
from verdicts.record import microseconds

log = structlog.get_logger()


async def audited(  # noqa: PLR0917 - who, what, to what, before, after
    services: Services,
    request: Request,
    key: ApiKey | None,
    action: str,
    about: str,
    before: object = None,
    after: object = None,
) -> None:
    """Write what has just been done, or is about to be shown; None: nobody that is known.

    For changes outside the database; `audited_change` is for those in it.  Raise RequestFailed: the
    change is done, and the answer says that nobody wrote it down.
    """
    await write_row(services, audit_of(request, key, action, about, before, after))


async def write_row(services: Services, row: AuditRow) -> None:
    """Write a row, as `audited` does."""
    try:
        await run_in_threadpool(ask_change, services.ledger, AddAudit(row))
    except (LedgerAway, LedgerFailed) as error:
        done = asdict(row)
        log.error("api.audit_not_written", reason=str(error), **done)
        raise RequestFailed(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "It is done, but could not be written into the audit; the log of the API has it.",
        ) from None


async def audited_change(  # noqa: PLR0917
    services: Services,
    request: Request,
    key: ApiKey,
    change: Change,
    action: str,
    about: str,
    before: object = None,
    after: object = None,
) -> bool:
    """Return whether something changed; then its row of the audit is on disk as well.

    Raise LedgerAway or LedgerFailed, and then neither is.
    """
    row = audit_of(request, key, action, about, before, after)
    return await run_in_threadpool(ask_change, services.ledger, Audited(change, row))


def audit_of(  # noqa: PLR0917
    request: Request,
    key: ApiKey | None,
    action: str,
    about: str,
    before: object = None,
    after: object = None,
) -> AuditRow:
    """Return the row, for whoever writes it."""
    return audit_row(
        microseconds(utc_now()),
        _actor(key) if key else "",
        action,
        about,
        before=before,
        after=after,
        credential=key.prefix if key else "",
        address=request.client.host if request.client else "",
        request=str(request.scope.get("request_id", "")),
    )


def _actor(key: ApiKey) -> str:
    """Return its name; an issuer of tokens may give any, also one of ours."""
    return key.prefix if is_reserved(key.name) else key.name
