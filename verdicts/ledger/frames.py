"""The language of the ledger's socket: length, kind, payload.  Pure, no I/O."""

import struct
from collections.abc import Iterator
from enum import IntEnum

PAYLOAD_BYTES = 4 * 1024 * 1024
"""An encoded record is at most about 2 MiB; metrics and statuses are far smaller."""
ID_BYTES = 16
_HEAD = struct.Struct(">IB")


class Kind(IntEnum):
    """What a frame is; the first group goes to the ledger, the second comes from it."""

    RECORD = 1  # 16 bytes of id, then the record
    DURABLE_RECORD = 2  # the same; its sender waits for the acknowledgement
    STATUS = 3  # FrontStatus as JSON
    QUESTION = 4  # JSON
    BELL = 5  # nothing; a durable record was sent over another connection: read them all now
    ACKNOWLEDGED = 16  # ids, 16 bytes each: on disk
    REFUSED = 17  # ids, 16 bytes each: can never be stored, do not send again
    ANSWER = 18  # JSON; empty: the ledger could not do it


class BadFrame(ValueError):
    """The peer does not speak this language."""


def pack(kind: Kind, payload: bytes) -> bytes:
    return _HEAD.pack(len(payload), kind) + payload


def split_ids(payload: bytes) -> Iterator[bytes]:
    """Yield the ids of an ACKNOWLEDGED or REFUSED; raise BadFrame if bytes are left over."""
    if len(payload) % ID_BYTES:
        raise BadFrame("cut id")
    for start in range(0, len(payload), ID_BYTES):
        yield payload[start : start + ID_BYTES]


class FrameReader:
    """Cuts a stream into frames; holds at most one incomplete frame between calls."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Kind, bytes]]:
        """Yield the frames that are now complete; raise BadFrame, after which all is lost."""
        buffer = self._buffer
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= _HEAD.size:
                length, number = _HEAD.unpack_from(buffer, start)
                if length > PAYLOAD_BYTES:
                    raise BadFrame(f"a payload of {length} bytes")
                end = start + _HEAD.size + length
                if len(buffer) < end:
                    break
                try:
                    kind = Kind(number)
                except ValueError:
                    raise BadFrame(f"unknown kind {number}") from None
                payload = bytes(buffer[start + _HEAD.size : end])
                start = end
                yield kind, payload
        finally:
            del buffer[:start]
