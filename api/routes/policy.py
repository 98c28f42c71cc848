"""The policy of the active rule set: shown, and replaced as a whole."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import Admin, Viewer
from api.audit import audit_of
from api.bodies import file_body, read_bytes
from api.conditional import NeedsIfMatch, content_tag
from api.list_models import PolicyModel
from api.models import NoQuery
from api.problems import RequestFailed
from api.services import Served, Services
from api.set_edits import Edited, active_set, edit_active
from scanners.settings import KiB
from verdicts.policy_file import read_policy_file
from verdicts.rule_file import RuleFile, RuleFileError

router = APIRouter(prefix="/v1/policy", tags=["policy"])
POLICY = "policy.toml"
POLICY_BYTES = 256 * KiB
HEADS = ("name", "action", "mode")


@router.get("", summary="Show the policy", response_model=PolicyModel, dependencies=[Viewer])
def show_policy(
    services: Served, query: Annotated[NoQuery, Query()], response: Response
) -> dict[str, object]:
    """Show the clauses in their order, and the file that says so."""
    row = _row(services)
    response.headers["ETag"] = _tag(str(row["text"]))
    return row


@router.put(
    "",
    summary="Replace the policy",
    response_model=PolicyModel,
    openapi_extra=file_body(
        "The new `policy.toml`, as docs/policy.md describes it.", "application/toml"
    ),
)
async def replace_policy(
    services: Served,
    request: Request,
    key: Admin,
    query: Annotated[NoQuery, Query()],
    *,
    given: NeedsIfMatch,
    response: Response,
) -> dict[str, object]:
    """Check it, make a rule set with it, and activate that: it takes some seconds.

    Nothing changes if it is not understood; `problems` says where.
    """
    content = await read_bytes(request, POLICY_BYTES, "policy")

    def edit(folder: Path) -> Edited:
        before = (folder / POLICY).read_text("utf-8")
        given.check(_tag(before))
        told = {"policy": content.decode("utf-8", "replace")}
        action = "policy.replaced"
        row = audit_of(request, key, action, POLICY, {"policy": before}, told)
        return Edited(bytes(content), row)

    await edit_active(services, key, POLICY, edit, "policy replaced")
    row = await run_in_threadpool(_row, services)
    response.headers["ETag"] = _tag(str(row["text"]))
    return row


def _row(services: Services) -> dict[str, object]:
    active, folder = active_set(services)
    path = folder / POLICY
    try:
        policy, file = read_policy_file(path), RuleFile.read(path)
    except RuleFileError:
        raise RequestFailed(
            HTTPStatus.SERVICE_UNAVAILABLE, "The policy of the active rule set cannot be read."
        ) from None
    return {
        "ruleset": active.id,
        "default": policy.default.value,
        "mode": policy.mode.value,
        "clauses": [
            {
                "name": clause["name"],
                "action": clause["action"],
                "mode": clause.get("mode", "enforce"),
                "when": {name: test for name, test in clause.items() if name not in HEADS},
            }
            for clause in file.tables("clause")
        ],
        "text": path.read_text("utf-8"),
    }


def _tag(text: str) -> str:
    return content_tag(text.encode())
