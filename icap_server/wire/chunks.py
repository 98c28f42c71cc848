"""Chunked bodies (RFC 9112 §7.1), with ICAP's "ieof" extension (RFC 3507 §4.5)."""

import re

from icap_server.wire.errors import ProtocolError

MAX_EXTENSION = 256
MAX_CHUNK_LINE = 16 + 16 + 1 + MAX_EXTENSION + 2
"""Digits, blanks, semicolon, extension, CRLF."""
MAX_CHUNK_SIZE = 2**63 - 1
MAX_TRAILER = 8 * 1024
MANY_CHUNKS = 256
"""So many are read at a time: bytes in tiny ones cost a hundred times what they do elsewhere."""
# blanks before ";" and CRLF are bad but seen (RFC 9112 §7.1.1, BWS)
CHUNK_LINE = re.compile(
    rb"([0-9A-Fa-f]{1,16})[ \t]{0,16}(?:;([^\r\n\x00]{0,%d}))?\r\n" % MAX_EXTENSION
)
CRLF = b"\r\n"


class ChunkDecoder:
    """Takes bytes where they lie and says which of them are body.

    Keeps no bytes itself: what it could not use yet the caller brings again, with more behind it.
    """

    __slots__ = (
        "_after_chunk",
        "_in_trailer",
        "_left",
        "_trailer_left",
        "finished",
        "ieof",
        "more",
    )

    def __init__(self) -> None:
        self._left = 0
        """Bytes of the current chunk still to come."""
        self._after_chunk = False
        """The CRLF behind a chunk's data is due."""
        self._in_trailer = False
        """The last chunk's line is read; fields that nobody needs may follow, then a blank line."""
        self._trailer_left = MAX_TRAILER
        self.ieof = False
        """The last chunk's line said "ieof"; its trailer may still be due."""
        self.finished = False
        self.more = False
        """The last call stopped after MANY_CHUNKS; the next one needs no new bytes."""

    def decode(self, data: bytes, at: int, body: list[memoryview]) -> int:
        """Read from data[at:], append what is body, and return where the next call has to begin.

        Stops at the end of `data`, at the end of the body (`finished`), before an incomplete
        line of at most MAX_CHUNK_LINE (trailer: MAX_TRAILER) bytes, or after MANY_CHUNKS (`more`).
        """
        view = memoryview(data)
        end = len(data)
        most = len(body) + MANY_CHUNKS
        self.more = False
        while at < end:
            if self._left:
                stop = min(end, at + self._left)
                body.append(view[at:stop])
                self._left -= stop - at
                self._after_chunk = not self._left
                at = stop
            elif self._after_chunk:
                if not data.startswith(CRLF, at):
                    if end - at == 1 and data[at] == CRLF[0]:
                        break
                    raise ProtocolError("chunk is longer than its size line says")
                self._after_chunk = False
                at += 2
            elif self._in_trailer:
                return self._skip_trailer(data, at)
            elif len(body) >= most:
                self.more = True
                break
            else:
                start = at
                at = self._read_chunk_line(data, at)
                if at == start:
                    break
        return at

    def _read_chunk_line(self, data: bytes, at: int) -> int:
        match = CHUNK_LINE.match(data, at)
        if not match:
            if len(data) - at >= MAX_CHUNK_LINE or data.find(b"\n", at) >= 0:
                raise ProtocolError("malformed or over-long chunk line")
            return at
        size, extension = match.groups()
        self._left = int(size, 16)
        if not self._left:
            self._in_trailer = True
            self.ieof = extension is not None and _says_ieof(extension)
        elif self._left > MAX_CHUNK_SIZE:
            raise ProtocolError("chunk size overflows")
        return match.end()

    def _skip_trailer(self, data: bytes, at: int) -> int:
        """Read over trailer fields (RFC 9112 §7.1.2); a blank line ends them."""
        while (stop := data.find(b"\n", at) + 1) > 0:
            self._trailer_left -= stop - at
            if data[stop - 2 : stop] != CRLF or self._trailer_left < 0:
                raise ProtocolError("malformed or over-long trailer")
            start, at = at, stop
            if stop - start == len(CRLF):
                self.finished = True
                return at
        if len(data) - at > self._trailer_left:
            raise ProtocolError("trailer is too long")
        return at


def _says_ieof(extension: bytes) -> bool:
    return any(part.strip(b" \t").lower() == b"ieof" for part in extension.split(b";"))
