"""A change of one file of the active rule set: it becomes a set of its own, and is activated."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi.concurrency import run_in_threadpool

from api.problems import RequestFailed
from api.routes.ruleset_orders import ACTOR_LENGTH, obeyed
from api.services import Services
from verdicts.ledger.access.audit_changes import AuditRow
from verdicts.ledger.access.key_table import ApiKey
from verdicts.rulesets.handover import bring_changed
from verdicts.rulesets.orders import Order
from verdicts.rulesets.records import StoredSet


def active_set(services: Services) -> tuple[StoredSet, Path]:
    """Return the set in force and its folder; raise RequestFailed if there is none yet."""
    active = services.store.active
    if active is None:
        raise RequestFailed(HTTPStatus.SERVICE_UNAVAILABLE, "No rule set is active yet.")
    return active, services.store.folder(active.id)


@dataclass(frozen=True, slots=True)
class Edited:
    """A file of a rule set as it is to be, and the row of the audit that goes with it."""

    content: bytes
    row: AuditRow


async def edit_active(
    services: Services, key: ApiKey, name: str, edit: Callable[[Path], Edited], note: str
) -> None:
    """Activate what is the active set but for a file called `name`; raise RequestFailed.

    `edit` is given the folder of the set before, blocks, and may raise RequestFailed.  One edit
    begins with what the last one has activated.
    """
    async with services.edits:
        before, folder = await run_in_threadpool(active_set, services)
        edited = await run_in_threadpool(edit, folder)
        changed = {name: edited.content}
        brought = await run_in_threadpool(bring_changed, services.rulesets, folder, changed)
        if services.store.active != before:
            raise RequestFailed(
                HTTPStatus.CONFLICT, "Another rule set has become active meanwhile; try again."
            )
        order = Order(
            "activate",
            key.name[:ACTOR_LENGTH],
            folder=str(brought),
            note=note,
            edited=before.id,
            row=edited.row,
        )
        await obeyed(services, order, HTTPStatus.UNPROCESSABLE_ENTITY)
