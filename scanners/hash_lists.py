"""Files that analysts know by their SHA-256: blocked or allowed, with reason, author, expiry.

rules/blocked.txt and rules/allowed.txt, one file a line: SHA-256, expiry, author, reason.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from scanners.text_list import ListMalformed, read_lines

BLOCKED, ALLOWED = "blocked.txt", "allowed.txt"
NEVER = "never"
SHOWN_DIGITS = 16
"""Of a hash, in the name of a detection."""
FIELDS = 4
MAX_REASON = 300
"""Characters; a reason goes into every detection."""
_DIGEST = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AUTHOR = re.compile(r"[\w.@+-]{1,100}")
_OF_NOTHING = hashlib.sha256().digest()


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    expires: date | None
    """From this day on, UTC, the line is ignored; None: never."""
    author: str
    reason: str

    @property
    def told(self) -> str:
        """What a detection says of it."""
        return f"{self.reason} ({self.author})"

    def in_force(self, today: date) -> bool:
        return self.expires is None or today < self.expires


@dataclass(frozen=True, slots=True)
class HashList:
    """A list, found by digest; false if nothing is on it."""

    lines: Mapping[bytes, Listed] = field(default_factory=dict)
    unless: "HashList | None" = None
    """A list that goes before, as long as its line is in force."""

    def __bool__(self) -> bool:
        return bool(self.lines)

    def find(self, digest: bytes, today: date) -> Listed | None:
        """Return the line that is in force for a SHA-256."""
        if self.unless is not None and self.unless.find(digest, today) is not None:
            return None
        listed = self.lines.get(digest)
        return listed if listed is not None and listed.in_force(today) else None


def read_hash_list(path: Path) -> HashList:
    """Read a list, lines that have expired included; no file is an empty one.

    Raises ListMalformed, OSError.
    """
    lines: dict[bytes, Listed] = {}
    numbers: dict[bytes, int] = {}
    for number, line in read_lines(path):
        try:
            digest, listed = _line(line)
            if digest in lines:
                raise ValueError(f"line {numbers[digest]} has this SHA-256 already; keep one")
        except ValueError as error:
            raise ListMalformed(path.name, number, str(error)) from None
        lines[digest], numbers[digest] = listed, number
    return HashList(lines)


def with_line(text: str, digest: str, listed: Listed | None) -> str:
    """Return the text of a list with this line for a SHA-256, in place of any; None: without it.

    Comments and the other lines stay as they are.  Raises ValueError for what no list may hold.
    """
    kept = [line for line in text.splitlines() if line.lower().split()[:1] != [digest]]
    if listed is not None:
        until = NEVER if listed.expires is None else listed.expires.isoformat()
        line = f"{digest}  {until}  {listed.author}  {listed.reason}"
        if _line(line) != (bytes.fromhex(digest), listed):
            raise ValueError("the author is one word, and no blanks surround the reason")
        kept.append(line)
    return "\n".join(kept) + "\n"


def read_allowed(rules: Path) -> HashList:
    """Read the allowed files of a folder of rules; what is blocked as well is not allowed.

    Raises ListMalformed, OSError.
    """
    allowed, blocked = read_hash_list(rules / ALLOWED), read_hash_list(rules / BLOCKED)
    return HashList(allowed.lines, unless=blocked)


def blocked_name(digest: bytes) -> str:
    """Return how the detection of a blocked file is called."""
    return f"Blocked.{digest.hex()[:SHOWN_DIGITS]}"


def utc_day(seconds: float | None = None) -> date:
    """Return the day of a time in seconds since 1970; of now without one."""
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).date()


def as_author(name: str) -> str:
    """Return a name as the author of a line: one word."""
    return re.sub(r"[^\w.@+-]", "_", name)[:100] or "_"


def _line(line: str) -> tuple[bytes, Listed]:
    fields = line.split(maxsplit=FIELDS - 1)
    if len(fields) != FIELDS:
        raise ValueError("write SHA-256, expiry, author and reason")
    digest, expires, author, reason = fields
    if not _DIGEST.fullmatch(digest):
        raise ValueError("a SHA-256 has 64 hexadecimal digits")
    if bytes.fromhex(digest) == _OF_NOTHING:
        raise ValueError("this is the SHA-256 of no bytes at all: it fits every empty file")
    if not _AUTHOR.fullmatch(author):
        raise ValueError("the author is one word of letters, digits and . @ + - _")
    if len(reason) > MAX_REASON or not reason.isprintable():
        raise ValueError(f"the reason is a text of at most {MAX_REASON} printable characters")
    return bytes.fromhex(digest), Listed(_expiry(expires), author, reason)


def _expiry(text: str) -> date | None:
    if text == NEVER:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"write the expiry as 2027-01-31 or {NEVER}")
