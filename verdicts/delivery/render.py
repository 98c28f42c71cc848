"""A letter as text: JSON in our own form, CEF, ECS and OCSF.

JSON is ASCII here: whatever a file was called, it cannot drive a terminal or break a line.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import structlog

from verdicts.delivery.cutting import TooLarge, fit
from verdicts.delivery.sender import Letter, LetterRefused
from verdicts.formats.cef import LENGTHS, cef
from verdicts.formats.ecs import ECS_VERSION, ecs
from verdicts.formats.ocsf import ocsf
from verdicts.formats.view import PRODUCT, one_line, product_version
from verdicts.ledger.event_log.event_rows import event_row

EVENT, FAILURE = 3, 8
"""Severities of CEF: low, and high."""
T = TypeVar("T")
log = structlog.get_logger()
UNLIMITED = 4 * 1024 * 1024
"""A verdict is at most half of it."""


def rendered(make: Callable[[Letter], T], letter: Letter) -> T:
    """Return what `make` makes of a letter; raise LetterRefused if it cannot, whatever the reason.

    A fault of ours with one transfer must not hold up all that come behind it.
    """
    try:
        return make(letter)
    except TooLarge as error:
        raise LetterRefused(str(error)) from error
    except Exception as error:
        log.exception("letter.not_rendered", number=letter.event.id)
        raise LetterRefused(f"it cannot be written ({type(error).__name__})") from error


def as_json(value: Mapping[str, object]) -> str:
    """Return one line of printable ASCII."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f")


def as_douane(letter: Letter, most: int = UNLIMITED) -> str:
    """Return the event as `GET /v1/events` shows it, with the whole verdict if there is one."""
    row = event_row(letter.event)
    if letter.verdict is not None:
        row["data"] = letter.verdict
    return fit(row, as_json, most)


def as_cef(letter: Letter, most: int = UNLIMITED) -> str:
    """Return a line of CEF."""
    if letter.verdict is not None:
        return fit(letter.verdict, cef, most)
    return fit(event_row(letter.event), _event_as_cef, most)


def as_ecs(letter: Letter) -> str:
    """Return an event of the Elastic Common Schema."""
    if letter.verdict is not None:
        return as_json(ecs(letter.verdict))
    row = event_row(letter.event)
    observer = {"vendor": PRODUCT, "product": PRODUCT, "version": product_version()}
    return as_json(
        {
            "@timestamp": row["time"],
            "ecs": {"version": ECS_VERSION},
            "message": f"{PRODUCT} {row['kind']}",
            "event": {
                "kind": "event",
                "action": str(row["kind"]),
                "sequence": row["id"],
                "provider": PRODUCT.lower(),
            },
            "observer": observer,
            "douane": {"event": row},
        }
    )


def as_ocsf(letter: Letter) -> str | None:
    """Return a Detection Finding; None for what is no transfer."""
    if letter.verdict is None:
        return None
    return as_json(ocsf(letter.verdict))


def _event_as_cef(row: Mapping[str, object]) -> str:
    """An event that is about no transfer whose verdict we have, as CEF."""
    kind = one_line(str(row["kind"]), 60)
    data = row["data"]
    fails = row["kind"] == "alarm" and isinstance(data, Mapping) and not data.get("ok")
    severity = FAILURE if fails else EVENT
    version = product_version()
    head = f"CEF:0|{PRODUCT}|{PRODUCT}|{version}|event.{kind}|{PRODUCT} {kind}|{severity}|"
    time = datetime.fromisoformat(str(row["time"]))
    message = one_line(as_json({"data": data}), LENGTHS["msg"])
    pairs = {
        "rt": str(int(time.timestamp() * 1000)),  # CEF knows no RFC 3339
        "externalId": str(row["verdict"] or row["id"]),
        "msg": message.replace("\\", "\\\\").replace("=", "\\="),
    }
    return head + " ".join(f"{key}={value}" for key, value in pairs.items())
