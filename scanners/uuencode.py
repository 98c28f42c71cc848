"""uuencode blocks in texts: `begin 644 name`, as old mail and news carry files."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners import inflate
from scanners.body_part import SHORTEST_FOR_CLAMAV, Opened
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.inflate import Decoder
from scanners.model import Content, Reason, Report
from scanners.names import shorten
from scanners.transfer_encoding import base64
from scanners.types.written import WRITTEN

LONGEST_LINE = 128
"""Characters; encoders write 61, and a line can say that it holds 63 bytes at most."""
LINES = 4096
"""Lines decoded between two looks at the budget."""

_BEGIN = re.compile(rb"begin(-base64)?[ \t]+[0-7]{3,5}[ \t]+([^\r\n]{1,1024})\r?\n")
_LINE = re.compile(rb"([^\r\n]{0,%d})(\r?\n|\Z)" % LONGEST_LINE)
_UUENCODED = re.compile(rb"[ -`]+")
_END = re.compile(rb"end[ \t]*")


@dataclass(frozen=True, slots=True)
class UuencodeScanner:
    """A block is a child; one that breaks off is malformed, because others may read on."""

    name: str = "uuencode"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name not in WRITTEN:
            return Report()
        opened = Opened(content.path, wrapped=False)
        try:
            at = 0
            while begin := _BEGIN.search(content.view, at):
                budget.seconds_left()
                at = begin.end()
                if begin.start() == 0 or content.view[begin.start() - 1] == 0x0A:
                    at = self._open(content, begin, opened, budget)
        except ScannerError as error:
            opened.add_gap(error.reason)
        return opened.report(self.name)

    def _open(
        self, content: Content, begin: re.Match[bytes], opened: Opened, budget: Budget
    ) -> int:
        block = _Block(content.view, begin.end())
        decoder: Decoder = block.base64 if begin[1] else block.lines
        unpacked = inflate.unpack(decoder, content.view, budget, ceiling=None)
        if len(unpacked.data) >= SHORTEST_FOR_CLAMAV:
            budget.spend_member()
            name = shorten(begin[2].decode("utf-8", "replace").strip())
            path = (*content.path, name)
            opened.children.append(
                Content(unpacked.view, name=name, path=path, hidden_from_clamav=True)
            )
            if unpacked.failure is not None:
                opened.add_gap(unpacked.failure.reason, name)
        elif unpacked.failure is not None and unpacked.failure.reason is not Reason.MALFORMED:
            raise unpacked.failure
        return block.end


@dataclass(slots=True)
class _Block:
    """One block of a text, from the line behind `begin`; `end` moves on while it is decoded."""

    view: memoryview
    end: int

    def lines(self, _: memoryview) -> Iterator[bytes]:
        """Decode line by line; each begins with its length."""
        pieces: list[bytes] = []
        while line := _LINE.match(self.view, self.end):
            if _END.fullmatch(line[1]):
                self.end = line.end()
                yield b"".join(pieces)
                return
            piece = None if line.end() == self.end else _line(line[1])
            if piece is None:
                break
            self.end = line.end()
            pieces.append(piece)
            if len(pieces) == LINES:
                yield b"".join(pieces)
                pieces = []
        yield b"".join(pieces)
        raise ContentMalformed("a uuencode block breaks off")

    def base64(self, _: memoryview) -> Iterator[bytes]:
        """Decode up to the line that ends it."""
        end = re.compile(rb"^====", re.MULTILINE).search(self.view, self.end)
        start, self.end = self.end, end.end() if end else len(self.view)
        yield from base64(self.view[start : end.start() if end else len(self.view)])


def _line(raw: bytes) -> bytes | None:
    """Decode one line; None if it is none.  What stands behind its letters, mailers have added."""
    if not raw:
        return b""
    length = raw[0] - 0x20 & 0x3F
    letters = raw[: 1 + (length * 4 + 2) // 3]
    if not 0x20 <= raw[0] <= 0x60 or not _UUENCODED.fullmatch(letters):
        return None
    try:
        return binascii.a2b_uu(letters)
    except binascii.Error:
        return None
