"""What all formats read from a verdict row: its types, its worst detection, texts made safe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypedDict, cast
from urllib.parse import SplitResult, urlsplit

PRODUCT = "Douane"
MOST = 32
"""Detections, and unscanned parts, that one export shows; the worst ones."""
WEIGHT = {"malicious": 0, "suspicious": 1, "info": 2}
DONE = {"allow": "allowed", "block": "blocked", "hold": "held", "cut": "cut"}
NO_WHOLE_FILE = ("partial", "streaming")
"""Reasons why the hash of a transfer is not the hash of a file."""


class FoundRow(TypedDict):
    code: str
    scanner: str
    name: str
    level: str
    path: list[str]
    detail: str


class UnscannedRow(TypedDict):
    scanner: str
    reason: str
    path: list[str]


class TypeRow(TypedDict):
    mime: str


class VerdictRow(TypedDict):
    """What of `verdicts.record.as_row` the formats use; every text in it is untrusted."""

    id: str
    time: str
    node: str
    service: str
    direction: str
    action: str
    wanted: str
    clause: str
    enforced: bool
    level: str
    channel: str
    user: str
    client_ip: str
    url: str
    file_name: str
    true_type: str
    size: int
    sha256: str
    detections: list[FoundRow]
    unscanned: list[UnscannedRow]
    types: TypeRow | None
    ruleset: str
    clamav: str
    scan_ms: float


@dataclass(frozen=True, slots=True)
class Place:
    """A URL of a network, in parts."""

    whole: str
    parts: SplitResult
    host: str
    port: int | None


def read(row: Mapping[str, object]) -> VerdictRow:
    return cast(VerdictRow, row)


@cache
def product_version() -> str:
    return version("douane")


def worst_first(found: Sequence[FoundRow]) -> list[FoundRow]:
    """Return at most MOST detections; those of one level stay in their order."""
    return sorted(found, key=lambda one: WEIGHT[one["level"]])[:MOST]


def alarming(row: VerdictRow) -> list[FoundRow]:
    """Return the detections that made the level, the worst first."""
    return [one for one in worst_first(row["detections"]) if one["level"] != "info"]


def event_code(row: VerdictRow) -> str:
    """Return one word of ours for what happened: a code, `unscanned.<reason>`, or `clean`."""
    if found := alarming(row):
        return found[0]["code"]
    return f"unscanned.{row['unscanned'][0]['reason']}" if row["unscanned"] else row["level"]


def headline(row: VerdictRow) -> str:
    """Return one line for a person, such as "Malicious file blocked: MAL_Worm_Choke_Nov26"."""
    about = [one["name"] for one in alarming(row)[:1]]
    about += [one["reason"] for one in row["unscanned"][:1] if not about]
    words = f"{row['level'].capitalize()} file {DONE[row['action']]}"
    return one_line(": ".join([words, *about]), 300)


def is_whole_file(row: VerdictRow) -> bool:
    """Return whether the hash is that of a file, not of a part of one."""
    return bool(row["sha256"]) and not any(
        part["reason"] in NO_WHOLE_FILE for part in row["unscanned"]
    )


def is_stopped(row: VerdictRow) -> bool:
    return row["action"] != "allow"


def mime_type(row: VerdictRow) -> str:
    """Return what the content is, not what was declared; empty if no worker could say."""
    return row["types"]["mime"] if row["types"] else ""


def file_name(row: VerdictRow, limit: int) -> str:
    """Return the name without folders; empty if there is none."""
    return row["file_name"].replace("\\", "/").rpartition("/")[2][:limit]


def moment(row: VerdictRow) -> datetime:
    return datetime.fromisoformat(row["time"])


def milliseconds(row: VerdictRow) -> int:
    """Return milliseconds since 1970 UTC."""
    return int(moment(row).timestamp() * 1000)


def address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address; None if it is none, such as a pseudonym."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def place(url: str) -> Place | None:
    """Return the parts of a URL; None if no browser would take it."""
    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "ftp") or not host:
        return None
    return Place(url, parts, host, port)


def one_line(text: str, limit: int) -> str:
    r"""Return at most `limit` characters, all visible; others become \n, \x1b or \u202e."""
    shown = text[:limit]
    if not shown.isprintable():
        shown = "".join(one if one.isprintable() else _named(one) for one in shown)
    return shown[:limit]


def _named(char: str) -> str:
    return char.encode("unicode_escape").decode()
