"""HTML smuggling: a page whose script builds a file and hands it to the user as a download."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.model import Code, Content, Family, FileType, Reason, Report
from scanners.smuggling.finds import Finds
from scanners.smuggling.hosts import is_taken_apart
from scanners.smuggling.sightings import Sighting, Signs, sightings
from scanners.smuggling.spellings import (
    LONGEST,
    Reader,
    is_cut,
    read_base64,
    read_escapes,
    read_hex,
    read_link,
    read_numbers,
    read_packed,
)
from scanners.utf_text import as_utf8, is_wide

PAGES = frozenset({"html", "svg", "xml", "hta"})
INNER = frozenset({"text", "script"})
OF_THE_WEB = frozenset({"link", "packed"})
"""Spellings in which honest pages keep scripts of their own."""
TRIES = 2048
PAYLOADS = 4096
"""Of one script; saved pages have hundreds of pictures."""
SHORTEST = 98
"""Bytes of a ZIP archive with one member: its headers alone.  Scripts that read ZIP hold marks."""
FIRST_BYTES, FIRST_LETTERS = 512, 8192
HEAD_LETTERS = 256 * 1024
HEAD_BYTES = 40 * 1024
"""The mark of a disc image lies at byte 32,769."""
LARGE = 4096
"""Letters that nobody puts into a script for fun."""
SHARE = 2
"""A script that is mostly payload: one letter in so many, at least, belongs to it."""
STREAMS = frozenset("gzip bzip2 xz zstd lzma lz4 compress".split())
"""Compressed data of a page, not archives of files."""
BACKWARDS = 5
"""Letters of each sign that is spelled backwards."""

_DELIVERS = [
    re.compile(word)
    for word in (
        rb"createObjectURL",
        rb"msSave",
        rb"download\b",
        rb"saveAs\b",
        rb"\[\s?[\"'][A-Za-z]{1,14}[\"']\s?\+\s?[\"'][A-Za-z]",  # a name that nobody shall find
    )
]
_DECODES = re.compile(
    rb"\b(?:atob|Uint8Array|fromCharCode|charCodeAt|parseInt|unescape|TextDecoder|fromBase64)\b"
)
_SCRIPT = re.compile(rb"<script\b[^>]{0,2000}+>(.*?)(?:</script|\Z)", re.DOTALL | re.IGNORECASE)
_PAYLOAD = re.compile(rb"[A-Za-z0-9+/=_-]{%d,}+" % LARGE)
_HEX = re.compile(rb"[0-9a-fA-F]*+")
_NEXT = rb"[^0-9A-Za-z]{1,6}"

# First bytes of ZIP, RAR, 7z, cabinets, compound files and ELF programs; some backwards.
_JOINT = rb"[\"'`+,\s@#!$%*~^|.:?]{0,8}"
SIGNS: Signs = (
    ("base64", re.compile(rb"UmFyIRoH")),
    ("base64", re.compile(rb"N3q8rycc")),
    ("base64", re.compile(rb"TVNDRgAAAA")),
    ("base64", re.compile(rb"0M8R4KGxGuE")),
    ("base64", re.compile(rb"f0VMRg[EI]")),
    ("base64", re.compile(rb"UE" + _JOINT + rb"s" + _JOINT + rb"D" + _JOINT + rb"B")),
    ("packed", re.compile(rb"H4sI[A-Za-z0-9+/]{2}")),
    ("packed", re.compile(rb"\"e[AFNJ][A-Za-z0-9+/]{40}")),
    ("packed", re.compile(rb"'e[AFNJ][A-Za-z0-9+/]{40}")),
    ("packed", re.compile(rb"`e[AFNJ][A-Za-z0-9+/]{40}")),
    ("link", re.compile(rb"data:(?:application/[a-z0-9.+-]{1,80})?[;,]")),
    ("string", re.compile(rb"PK\\")),
    ("string", re.compile(rb"MZ\\")),
    ("string", re.compile(rb"\\115\\132")),
    ("string", re.compile(rb"\\120\\113")),
    ("reversed", re.compile(rb"BDsEU")),
    ("reversed", re.compile(rb"IyFmU")),
    ("reversed", re.compile(rb"r8q3N")),
    ("hex", re.compile(rb"504[bB]0304")),
    ("hex", re.compile(rb"526172211[aA]07")),
    ("hex", re.compile(rb"377[aA][bB][cC][aA][fF]271[cC]")),
    ("escapes", re.compile(rb"50(?:\\x|\\u00|%)4[bB](?:\\x|\\u00|%)03")),
    ("escapes", re.compile(rb"50" + _NEXT + rb"0[xX]4[bB]" + _NEXT + rb"0[xX]0?3[^0-9A-Za-z]")),
    ("numbers", re.compile(rb"80" + _NEXT + rb"75" + _NEXT + rb"3" + _NEXT + rb"4[^0-9A-Za-z]")),
)
READERS: dict[str, Reader] = {
    "base64": read_base64, "reversed": read_base64, "hex": read_hex, "escapes": read_hex,
    "numbers": read_numbers, "packed": read_packed, "link": read_link, "string": read_escapes,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageScanner:
    """Looks into pages that could hand a file to the user, and at no others."""

    kit: Kit
    name: str = "page"

    def scan(self, content: Content, budget: Budget) -> Report:
        if not _is_page(content) or is_taken_apart(content):
            return Report()
        finds = Finds(content, self.name, budget)
        try:
            wide = as_utf8(content.view, budget) if is_wide(content.view) else None
            view = content.view if wide is None else wide
            if _delivers(view):
                self._search(view, finds)
                self._judge_scripts(view, finds)
        except ScannerError as error:
            finds.gap(error.reason)
        return finds.report()

    def _search(self, view: memoryview, finds: Finds) -> None:
        """Read what is spelled in a way that no other scanner reads, or in pieces."""
        behind = 0
        for tries, sighting in enumerate(sightings(view, SIGNS, finds.budget)):
            if tries >= TRIES:
                finds.gap(Reason.TOO_MANY)
                return
            if sighting.at >= behind:
                behind = sighting.at + self._read(view, sighting, finds)

    def _read(self, view: memoryview, sighting: Sighting, finds: Finds) -> int:
        """Add the file that begins there, if any; return how many letters it takes."""
        reader = READERS[sighting.kind]
        head, _ = reader(_text_at(view, sighting, FIRST_LETTERS), FIRST_BYTES)
        if not _is_smuggled(self.kit.identify(memoryview(head)), sighting.kind):
            return 0
        finds.budget.seconds_left()
        text = _text_at(view, sighting, LONGEST)
        data, taken = reader(text, LONGEST)
        file_type = self.kit.identify(memoryview(data))
        if len(data) >= SHORTEST and _is_smuggled(file_type, sighting.kind):
            _tell(finds, file_type, sighting.kind)
            if is_cut(data, taken, len(view) - sighting.at):
                finds.gap(Reason.TOO_LARGE)
            finds.hand_out(f"{sighting.kind} at {sighting.at}", memoryview(data))
        return 0 if sighting.kind == "reversed" else taken

    def _judge_scripts(self, view: memoryview, finds: Finds) -> None:
        """Judge long payloads: some are no file before the script has decrypted them."""
        for text in _scripts(view, finds.budget):
            for number, payload in enumerate(_PAYLOAD.finditer(text)):
                if number >= PAYLOADS:
                    finds.gap(Reason.TOO_MANY)
                    break
                finds.budget.seconds_left()
                letters = payload[0]
                is_hex = _HEX.fullmatch(letters, 0, min(len(letters), HEAD_LETTERS))
                reader = read_hex if is_hex else read_base64
                head, _ = reader(letters[:HEAD_LETTERS], HEAD_BYTES)
                file_type = self.kit.identify(memoryview(head))
                if _is_smuggled(file_type):
                    _tell(finds, file_type, "hex" if is_hex else "base64")
                elif file_type.name == "unknown" and _is_clear(text, len(letters)):
                    said = "a script makes a download of data that is no file as it stands"
                    finds.detect(Code.CONTAINER_SCRIPT, "payload", said, suspicious=True)


def _delivers(view: memoryview | bytes) -> bool:
    return any(word.search(view) for word in _DELIVERS)


def _is_clear(text: bytes, payload: int) -> bool:
    """Say whether one script holds the payload, decodes it and hands it out, and does little else.

    Libraries that do the last two hold data of their own, but more code; data of charts stands in
    scripts of its own.
    """
    return payload * SHARE >= len(text) and bool(_DECODES.search(text)) and _delivers(text)


def _is_page(content: Content) -> bool:
    """Say whether it is a page, or a script that another one keeps in base64."""
    kind = content.file_type.name
    return kind in PAGES or (kind in INNER and bool(content.path) and not content.name)


def _is_smuggled(file_type: FileType, spelling: str = "") -> bool:
    if file_type.name == "script" and spelling in OF_THE_WEB:
        return False
    packed = file_type.family is Family.ARCHIVE and file_type.name not in STREAMS
    return packed or file_type.family is Family.PROGRAM


def _tell(finds: Finds, file_type: FileType, spelling: str) -> None:
    program = file_type.family is Family.PROGRAM
    code = Code.EMBEDDED_EXECUTABLE if program else Code.CONTAINER_SCRIPT
    said = f"a page that makes a download of {file_type.name} content ({spelling})"
    finds.detect(code, file_type.name, said, suspicious=True)


def _scripts(view: memoryview, budget: Budget) -> Iterator[bytes]:
    for match in _SCRIPT.finditer(view):
        budget.seconds_left()
        if match.end(1) - match.start(1) >= LARGE:
            yield bytes(match[1])


def _text_at(view: memoryview, sighting: Sighting, most: int) -> bytes:
    """Return the text from the first letter on; what is spelled backwards, turned round."""
    if sighting.kind == "reversed":
        end = sighting.at + BACKWARDS
        return bytes(view[max(0, end - most) : end])[::-1]
    return bytes(view[sighting.at : sighting.at + most])
