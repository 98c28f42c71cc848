"""Cursors: where the next page of a list begins, sealed so that only their list takes them."""

import base64
import hashlib
import hmac
import struct
from typing import NamedTuple

_PACKED = struct.Struct(">qq16s")
SEAL_BYTES = 16


class BadCursor(ValueError):
    """Not a cursor that a page of this list gave."""


class Position(NamedTuple):
    """Between two verdicts of a list: the next page begins behind it."""

    value: int
    """Of what the list is sorted by: microseconds since 1970 UTC, or bytes."""
    time: int
    """Microseconds since 1970 UTC."""
    id: bytes
    """Of the last verdict of this value and time that is listed; empty if all of them are."""


class Cursors:
    """Makes and opens cursors; those of another key are of no use."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, position: Position, about: str) -> str:
        """Return the cursor; `about` is all that makes a list another one."""
        packed = _PACKED.pack(*position)  # an empty id becomes one that no verdict has
        return base64.urlsafe_b64encode(packed + self._seal(packed, about)).decode()

    def open(self, cursor: str, about: str) -> Position:
        """Raise BadCursor for one that was changed, or is of another list."""
        try:
            data = base64.b64decode(cursor, altchars=b"-_", validate=True)
            packed, seal = data[: _PACKED.size], data[_PACKED.size :]
            if not hmac.compare_digest(seal, self._seal(packed, about)):
                raise BadCursor("not a cursor of this list")
            value, time, last = _PACKED.unpack(packed)
            return Position(value, time, last.strip(b"\0") and last)
        except (ValueError, struct.error) as error:
            raise BadCursor("not a cursor of this list") from error

    def _seal(self, packed: bytes, about: str) -> bytes:
        text = packed + about.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)[:SEAL_BYTES]
