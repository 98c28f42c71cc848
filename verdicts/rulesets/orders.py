"""Orders to the supervisor, which alone changes what is in force: `<run>/rules.sock`, mode 0600.

JSON lines.  One order in; out come lines to show while it is carried out, then what became of it.
This is the side of the command line and of the REST API; order_socket.py is the other.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter

from scanners.rules.records import Problem
from verdicts.ledger.access.audit_changes import AuditRow, check_audit
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.texts import make_legible

SOCKET = "rules.sock"
MAX_LINE = 96 * 1024
"""A row of the audit has 32 KiB of JSON, which may double within JSON."""
MAX_REPLY = 8 * 1024 * 1024
MAX_PROBLEMS = 1000
SILENCE_SECONDS = 180
MAX_TEXT = 4096
AUDIT_ROW = TypeAdapter(AuditRow)
RULESET = re.compile(r"([0-9a-f]{4,16}|active|staged|previous)?")

Action = Literal["stage", "unstage", "activate", "rollback", "check", "state"]
CARRIED_OUT: dict[Action, str] = {
    "stage": "ruleset.staged",
    "unstage": "ruleset.unstaged",
    "activate": "ruleset.activated",
    "rollback": "ruleset.rolled_back",
    "check": "ruleset.handed_in",
}
"""What the audit calls an order that was carried out."""


class NoSupervisor(RulesetError):
    """Nobody takes orders: the service is not running, or went away."""


class AnswerLost(NoSupervisor):
    """The order was given, and nobody said what became of it: it may have been carried out."""


class OrderRefused(RulesetError):
    """The order cannot be carried out, and nothing has changed."""

    def __init__(self, text: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(text)
        self.problems = problems
        """What is wrong with the rule set."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do, with a stored set or with a folder that `bring` made; both empty: as it says."""

    action: Action
    actor: str
    """Who wants it: a login name, or that of an API key.  For the history, not for rights."""
    ruleset: str = ""
    """Id, first digits of one, or "active", "staged", "previous"."""
    folder: str = ""
    note: str = ""
    edited: str = ""
    """Whole id of the set that the folder is an edit of; refused unless that one is active."""
    drop_edits: bool = False
    """Do not keep what was edited over REST and is not in what becomes active."""
    row: AuditRow | None = None
    """What the audit is to say of it, but for what comes of it; None: what the order says."""
    uid: int = -1
    """Who gave it, by the kernel's word; the supervisor's side of the socket sets it."""

    def __post_init__(self) -> None:
        """Raise OrderRefused for what the types do not say: it may come from anywhere.

        What people wrote is made legible: it is shown on terminals and in JSON.
        """
        if self.action not in get_args(Action):
            raise OrderRefused(f"there is no order {str(self.action)[:40]!a}")
        texts = (self.actor, self.ruleset, self.folder, self.note, self.edited)
        if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts):
            raise OrderRefused(f"an order has texts of {MAX_TEXT} characters at most")
        make_legible(self, "actor", "note")
        if not RULESET.fullmatch(self.ruleset):
            raise OrderRefused(
                f"{self.ruleset[:40]!a} names no rule set: give 4 to 16 hex digits of its id, "
                "or active, staged, previous"
            )
        if not isinstance(self.drop_edits, bool) or not isinstance(self.uid, int):
            raise OrderRefused("drop_edits is true or false, and uid a number")
        if self.ruleset and self.folder:
            raise OrderRefused("an order has a rule set or a folder, not both")


def read_order(line: bytes) -> Order:
    """Return the order that came over the socket.  Raises OrderRefused."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise OrderRefused("an order is one line of JSON") from None
    known = {field.name for field in fields(Order)}
    if not isinstance(row, dict) or not {"action", "actor"} <= set(row) <= known:
        raise OrderRefused(f"an order is a table with action, actor, and of {sorted(known)}")
    return Order(**{**row, "row": _read_row(row.get("row"))})


def _read_row(found: object) -> AuditRow | None:
    """Return what comes with an order for the audit.  Raises OrderRefused."""
    if found is None:
        return None
    try:
        row = AUDIT_ROW.validate_json(json.dumps(found), strict=True)
        check_audit(row)
    except (ValueError, RecursionError):
        raise OrderRefused("what the order brings for the audit is no row of it") from None
    return row


def ask(
    run_directory: Path,
    order: Order,
    say: Callable[[str], None],
    silence: float = SILENCE_SECONDS,
) -> dict[str, object]:
    """Let the supervisor carry out the order; return its answer.  Blocks; `say` gets the progress.

    Raises OrderRefused; NoSupervisor if nobody takes it; AnswerLost after `silence` seconds without
    a word, too: the order may still be carried out then.
    """
    line = json.dumps(asdict(order)).encode() + b"\n"
    if len(line) > MAX_LINE:
        raise OrderRefused("the order is too long; shorten the note")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(silence)
        try:
            connection.connect(str(run_directory / SOCKET))
        except OSError as error:
            raise NoSupervisor(
                f"nobody takes orders in {run_directory} ({error.strerror or error}); "
                "is `douane serve` running?"
            ) from error
        rows = _rows(connection, line)
        while isinstance(row := next(rows), str):
            say(row)
        return row


def _rows(connection: socket.socket, line: bytes) -> Iterator[str | dict[str, object]]:
    """Send the order and yield what is said, and at last the answer."""
    try:
        connection.sendall(line)
        for each in _lines(connection):
            row = json.loads(each)
            if "say" in row:
                yield str(row["say"])
            elif "refused" in row:
                raise OrderRefused(
                    str(row["refused"]), tuple(Problem(**problem) for problem in row["problems"])
                )
            else:
                yield dict(row["done"])
        raise ValueError("no answer")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnswerLost(
            f"the service went away before it was done ({error}); `douane rules status` says "
            "what is in force"
        ) from error


def _lines(connection: socket.socket) -> Iterator[bytes]:
    waiting = bytearray()
    while piece := connection.recv(65536):
        waiting += piece
        if len(waiting) > MAX_REPLY:
            raise ValueError("too long an answer")
        *lines, rest = bytes(waiting).split(b"\n")
        waiting = bytearray(rest)
        yield from lines
