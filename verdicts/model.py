"""The nouns of judging a transfer.  Frozen records, no I/O.

Transfer --inspect--> Verdict --policy--> Ruling --flatten--> VerdictRecord
"""

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from scanners.model import Detection, Level, TypeNode, Unscanned


class Direction(StrEnum):
    UPLOAD = "upload"
    DOWNLOAD = "download"


class Action(StrEnum):
    """What was done about a transfer.  Stable: part of the API."""

    ALLOW = "allow"
    BLOCK = "block"
    HOLD = "hold"  # needs quarantine and release, which do not exist yet: policy refuses it
    CUT = "cut"  # a block that came when a trickle had already let bytes pass; never asked for


class NameSource(StrEnum):
    """Who called a file something.  Stable: part of the API."""

    PROXY = "proxy"  # X-scan-file-name
    CLIENT = "client"  # X-C-ICAP-Client-Original-File
    DISPOSITION = "disposition"  # Content-Disposition
    TARGET = "target"  # last segment of the URL, where receivers go by it: a PUT, or nothing better
    URL = "url"  # the same beside a name that receivers prefer: often only an address


@dataclass(frozen=True, slots=True)
class OtherName:
    """One more name of a file, and where it stood.  Untrusted."""

    source: NameSource
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Which bytes of a file that travels in pieces, as the sender states: untrusted.

    Content codings belong to the file, not to the piece: a file is decoded when it is whole.
    """

    first: int
    """Position of the first byte, from 0; below 10**18."""
    last: int
    """Position of the last byte, not before `first`.  What arrived may be shorter, or longer."""
    total: int | None
    """Bytes of the whole file, more than `last`; None if not stated."""
    validator: str = ""
    """Strong entity tag or date of the version the piece is of; empty if not stated."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file on its way: who sends what where, as far as the HTTP heads and ICAP fields tell.

    Every text in here comes from a peer and is untrusted.
    """

    id: str
    """UUIDv7, lower case; on the block page, in X-Douane-Transfer and in the verdict log."""
    service: str
    """ICAP service without slash, "respmod" or an alias; "scan" for `douane scan` and the API."""
    direction: Direction
    received_at: datetime
    url: str = ""
    host: str = ""
    """Lower case, without port."""
    channel: str = "unknown"
    """Name of the IM service from rules/channels.toml, or "unknown"."""
    client_ip: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    file_name: str = ""
    declared_type: str = ""
    """Media type without parameters, lower case."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Parameters of the declared type (multipart boundary among them)."""
    codings: tuple[str, ...] = ()
    """HTTP content codings in the order they were applied."""
    partial: bool = False
    """Only a range of the file (206 / Content-Range / resumable upload)."""
    prefers_json: bool = False
    """The client would rather read JSON than HTML: shapes the block page only."""
    accept_language: str = ""
    """As the client's request says it; bounded, untrusted: shapes the block page only."""
    other_names: tuple[OtherName, ...] = ()
    """All further candidates for the name, in the order of their sources; bounded."""
    other_types: tuple[str, ...] = ()
    """More media types that were declared beside `declared_type`; judged like it."""
    piece: Piece | None = None
    """Which range, if `partial` and well stated."""
    hints: tuple[str, ...] = field(default=(), repr=False)
    """What the URL and the header fields call a password: tried, and never stored or shown."""

    @property
    def stated_names(self) -> tuple[str, ...]:
        """More names that some receiver would read instead; judged like `file_name`."""
        if not self.other_names:
            return ()
        return tuple(one.name for one in self.other_names if one.source is not NameSource.URL)

    @property
    def url_name(self) -> str:
        """Return what the URL calls the file beside a better name; empty without an extension."""
        for one in self.other_names:
            if one.source is NameSource.URL and "." in one.name:
                return one.name
        return ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is known of a transferred file.  What to do about it is a Ruling."""

    level: Level
    detections: tuple[Detection, ...] = ()
    unscanned: tuple[Unscanned, ...] = ()
    types: TypeNode | None = None
    """None if no worker could say."""
    ruleset: str = ""
    """Id of the rule set that was asked."""
    clamav: str = ""
    """Engine and database version that was asked, as clamd states it; empty if ClamAV is off."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is done about a transfer, and by which clause."""

    action: Action
    """What is done: in monitor mode always allow; cut if bytes had left before a wanted block."""
    clause: str
    enforced: bool
    """False: the clause or the policy only monitors, and `wanted` says what it would have done."""
    wanted: Action
    verdict: Verdict
    for_gap: bool = False
    """It is blocked only because of what could not be inspected: had that been clean, it passed."""


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """One row of the verdict log: everything about a ruling that is kept."""

    transfer: Transfer
    ruling: Ruling
    size: int
    sha256: str
    scan_ms: float
    cached: bool
    node: str = field(default="")
    """Which front wrote it."""


def new_transfer_id(now: float | None = None, noise: bytes | None = None) -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits."""
    milliseconds = int((time.time() if now is None else now) * 1000)
    number = int.from_bytes(noise or os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | number & (2**80 - 1)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def utc_now() -> datetime:
    return datetime.now(UTC)
