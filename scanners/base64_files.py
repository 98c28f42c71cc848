"""What one text decodes to, if it is base64: files, in every spelling that some receiver reads."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from scanners import inflate
from scanners.base64_runs import SHORTEST, data_urls, leading_url
from scanners.base64_text import (
    Spelling,
    beginnings,
    decode_short,
    decoder,
    foreign,
    seems_base64,
    spellings,
)
from scanners.body_part import SHORTEST_FOR_CLAMAV
from scanners.budget import Budget
from scanners.inflate import Decoder
from scanners.json_fields import long_strings
from scanners.model import FileType

Recognise = Callable[[memoryview], FileType | None]
File = tuple[memoryview, FileType | None]
"""What came out, and its type, if that is known."""

SHORTEST_UNKNOWN = 512
"""Bytes.  Less of no known type is a hash, a key or a token; documents hold thousands of them."""
SMALLEST = SHORTEST_FOR_CLAMAV
_BEHIND_EQUALS = re.compile(rb"=([^=]{%d,}+)" % SHORTEST)


@dataclass(frozen=True, slots=True)
class Base64Text:
    """What may be base64, and the header of the data URL before it."""

    view: memoryview
    header: bytes | None = None


@dataclass(frozen=True, slots=True)
class FileReader:
    """Decodes texts under one budget; every method may raise ScannerError."""

    recognise: Recognise
    budget: Budget

    def whole(self, view: memoryview) -> Base64Text | None:
        """Return a field's text if all of it may be base64; None if a part of it at most."""
        if (url := leading_url(view)) is not None:
            return Base64Text(view[url.start :], url.header)
        if not seems_base64(view):
            return Base64Text(view) if self._begins_like_file(view) else None
        return None if next(data_urls(view), None) else Base64Text(view)

    def files(self, text: Base64Text) -> tuple[list[File], bool]:
        """Like files_as_one; what stands behind `key=` is read again without the key."""
        found, certain = self.files_as_one(text)
        for part in _BEHIND_EQUALS.finditer(text.view):
            more, _ = self.files_as_one(Base64Text(text.view[part.start(1) : part.end(1)]))
            found += more
        return found, certain or bool(found)

    def _begins_like_file(self, view: memoryview) -> bool:
        return any(
            data.startswith(b"MZ") or (len(data) >= SMALLEST and self.recognise(memoryview(data)))
            for data in beginnings(view)
        )

    def files_as_one(self, text: Base64Text) -> tuple[list[File], bool]:
        """Return what all of a text decodes to, and whether nothing else can lie in it."""
        self.budget.seconds_left()
        if len(text.view) < SHORTEST:
            return [], False
        rubbish = foreign(text.view) > 0
        if self._is_token(text):
            return [], not rubbish
        found: list[File] = []
        for spelling in spellings(text.view):
            data, file_type = self._read(text, spelling)
            usual = spelling is Spelling.USUAL and (text.header is not None or not rubbish)
            if len(data) >= SMALLEST and (usual or file_type is not None):
                found.append((data, file_type))
        return found, bool(found) or not rubbish

    def _is_token(self, text: Base64Text) -> bool:
        """Say whether a text is too short for a file of no known type, and has none."""
        if text.header is not None or len(text.view) > SHORTEST_UNKNOWN * 4 // 3:
            return False
        return not any(map(self._is_file, decode_short(bytes(text.view))))

    def _is_file(self, data: bytes) -> bool:
        """Tokens of web services are JSON; one is a file if another file lies in it."""
        view = memoryview(data)
        file_type = self.recognise(view)
        if file_type is None or file_type.name != "json":
            return file_type is not None
        inner = (self.whole(view[start:end]) for start, end in long_strings(view))
        return any(text is not None and self.files(text)[0] for text in inner)

    def _read(self, text: Base64Text, spelling: Spelling) -> File:
        data = decoded(text.view, decoder(spelling), self.budget)
        return data, self.recognise(data)


def decoded(view: memoryview, decode: Decoder, budget: Budget) -> memoryview:
    """Return all that a text decodes to; raise ScannerError if that is too much."""
    unpacked = inflate.unpack(decode, view, budget, ceiling=None)
    if unpacked.failure is not None:
        raise unpacked.failure
    return unpacked.view
