"""Programs spelled as text: base64 in pieces or backwards, hex, numbers; encoded commands."""

import re
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import Code, Content, Family, Reason, Report
from scanners.smuggling.doings import Doings
from scanners.smuggling.finds import Finds
from scanners.smuggling.hosts import is_message, is_taken_apart
from scanners.smuggling.programs import DOS_HEADER, WINDOW, program_at
from scanners.smuggling.sightings import Sighting, Signs, sightings
from scanners.smuggling.spellings import (
    LONGEST,
    Reader,
    is_cut,
    read_base64,
    read_escapes,
    read_hex,
    read_numbers,
    read_packed,
)
from scanners.utf_text import as_utf8, is_wide

TRIES = 30_000
"""Signs that are read, a few letters of each: two seconds.  Honest texts show some hundred."""
SHORTEST = 512
"""Bytes: no program that runs is shorter."""
FIRST_LETTERS = 16 * DOS_HEADER
HEAD_LETTERS = 16 * WINDOW
HEAD = 4096
ELF = b"\x7fELF"
TEXT_BYTES = bytes({9, 10, 12, 13, 27} | set(range(0x20, 0x100)) - {0x7F})
CARRIERS = frozenset({"json", "xml", "mail"})
"""Texts that carry whole files for others: what lies in them is a transfer, no trick."""
PLAIN = frozenset({"base64", "gzip"})
SCRIPTED = frozenset({"html", "svg", "script", "rtf", "hta"})

_CHR = rb"(?:[cC][hH][rR][wWbB$]?\s?\(\s?)?"
_NEXT = rb"\W{0,3}(?:0?[xX])?"
_OPTION = rb"\^?[eE][a-zA-Z^]{0,28}\s{1,4}[\"']?(?=[A-Za-z0-9+/]{40})"
SIGNS: Signs = (
    ("base64", re.compile(rb"TV[opqr][A-Za-z0-9+/\"'`\r\n@#!$%*~^|.:?]")),
    ("base64", re.compile(rb"f0VMRg[EI]")),
    ("gzip", re.compile(rb"H4sI[A-Za-z0-9+/]{2}")),
    ("reversed", re.compile(rb"VT(?![A-Za-z0-9+/])")),
    ("hex", re.compile(rb"4[dD][^0-9A-Za-z]{0,8}" + _CHR + rb"(?:0[xX]|\\?[xX]|&?[hH]|u00)?5[aA]")),
    ("hex", re.compile(rb"7[fF]" + _NEXT + rb"45" + _NEXT + rb"4[cC]" + _NEXT + rb"46")),
    ("numbers", re.compile(rb"77[\s,;&+()_\"'`|/]{1,8}" + _CHR + rb"90[^0-9A-Za-z]")),
    ("escapes", re.compile(rb"MZ(?=[^\r\n]{0,3}\\[x0u])")),
    ("escapes", re.compile(rb"\\115\\132(?=[^\r\n]{0,3}\\[x0u])")),
    ("escapes", re.compile(rb"\\177ELF(?=[^\r\n]{0,3}\\[x0u])")),
    ("escapes", re.compile(rb"\\x7fELF\\")),
    ("command", re.compile(rb"-" + _OPTION)),
    ("command", re.compile(rb"/" + _OPTION)),
    (
        "command",
        re.compile(rb"\x96" + _OPTION),
    ),  # PowerShell takes all dashes; these from code pages
    ("command", re.compile(rb"\xe2\x80[\x93-\x95]" + _OPTION)),
)
READERS: dict[str, Reader] = {
    "base64": read_base64, "reversed": read_base64, "gzip": read_packed, "hex": read_hex,
    "numbers": read_numbers, "escapes": read_escapes,
}  # fmt: skip
_PLAIN = re.compile(rb"(?:[A-Za-z0-9+/=_-]|\r?\n[ \t]*+(?=[A-Za-z0-9+/]))*+")
_ENCODED = re.compile(rb"[A-Za-z0-9+/]{40,65536}+={0,2}")
_FETCHES = re.compile(
    rb"\biex\b|invoke-expression|downloadstring|downloadfile|webclient|invoke-webrequest|\biwr\b|"
    rb"frombase64string|virtualalloc|start-process|start-bitstransfer|reflection\.assembly",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SpelledScanner:
    """Reads what a script makes a program of; of plain base64, another scanner makes children."""

    name: str = "spelled"

    def scan(self, content: Content, budget: Budget) -> Report:
        if not _is_text(content):
            return Report()
        finds = Finds(content, self.name, budget)
        try:
            view = content.view
            _search(view, finds)
            text = as_utf8(view, budget) if is_wide(view) else None
            if text is not None:
                _search(text, finds)
        except ScannerError as error:
            finds.gap(error.reason)
        return finds.report()


def _search(view: memoryview, finds: Finds) -> None:
    behind = 0
    doings = Doings(view)
    for tries, sighting in enumerate(sightings(view, SIGNS, finds.budget)):
        if tries >= TRIES:
            finds.gap(Reason.TOO_MANY)
            return
        if sighting.kind == "command":
            _read_command(view, sighting.at, finds)
        elif sighting.at >= behind:
            behind = sighting.at + _read_program(view, sighting, finds, doings)


def _read_program(view: memoryview, sighting: Sighting, finds: Finds, doings: Doings) -> int:
    """Add the program that begins there, if any; return how many letters it takes."""
    reader = READERS[sighting.kind]
    if not _begins_well(reader(_text_at(view, sighting, FIRST_LETTERS), DOS_HEADER)[0]):
        return 0
    if not _is_program(reader(_text_at(view, sighting, HEAD_LETTERS), WINDOW)[0]):
        return 0
    finds.is_new(sighting.at)
    finds.budget.seconds_left()
    text = _text_at(view, sighting, LONGEST)
    data, taken = reader(text, LONGEST)
    kind = finds.content.file_type.name
    tells = kind in SCRIPTED or (kind not in CARRIERS and doings.before(sighting.at))
    said = f"a program spelled in a text ({sighting.kind})"
    finds.detect(Code.EMBEDDED_EXECUTABLE, sighting.kind, said, suspicious=tells)
    if sighting.kind not in PLAIN or not _is_plain(text, taken):
        if is_cut(data, taken, len(view) - sighting.at):
            finds.gap(Reason.TOO_LARGE)
        finds.hand_out(f"{sighting.kind} at {sighting.at}", memoryview(data))
    return 0 if sighting.kind == "reversed" else taken


def _text_at(view: memoryview, sighting: Sighting, most: int) -> bytes:
    """Return the text from the first letter on; what is spelled backwards, turned round."""
    if sighting.kind == "reversed":
        end = sighting.at + 2
        return bytes(view[max(0, end - most) : end])[::-1]
    return bytes(view[sighting.at : sighting.at + most])


def _begins_well(data: bytes) -> bool:
    if data.startswith(ELF):
        return True
    distance = int.from_bytes(data[DOS_HEADER - 4 : DOS_HEADER], "little")
    return len(data) >= DOS_HEADER and data.startswith(b"MZ") and 4 <= distance < WINDOW


def _is_program(data: bytes) -> bool:
    if data.startswith(ELF):
        return program_at(memoryview(data), Sighting("elf", 0)) is not None
    if len(data) < SHORTEST:
        return False
    at = int.from_bytes(data[60:64], "little")
    return (
        data[at : at + 4] == b"PE\0\0"
        and program_at(memoryview(data), Sighting("pe", at)) is not None
    )


def _is_plain(text: bytes, taken: int) -> bool:
    """Say whether it is one run, which the scanner of base64 has decoded already."""
    run = _PLAIN.match(text)
    return run is not None and run.end() + 8 >= taken


def _read_command(view: memoryview, at: int, finds: Finds) -> None:
    """PowerShell takes whole scripts as base64 of UTF-16 (about_PowerShell_exe)."""
    match = _ENCODED.search(view, at)
    if match is None:
        return
    data, _ = read_base64(match[0], len(match[0]))
    letters = data[::2] if not data[1::2].strip(b"\0") else b""
    if len(letters) < len(data) // 2 or len(letters) < 16:
        return
    finds.is_new(at)
    said = "a command in base64, as PowerShell takes it"
    fetches = _FETCHES.search(letters) is not None
    finds.detect(Code.CONTAINER_SCRIPT, "encoded_command", said, suspicious=fetches)
    finds.hand_out(f"command at {at}", memoryview(letters))


def _is_text(content: Content) -> bool:
    if len(content.view) < SHORTEST // 8 or is_taken_apart(content):
        return False
    kind, family = content.file_type.name, content.file_type.family
    if kind == "mail" or is_message(content.view):
        return False
    if family is Family.TEXT or is_wide(content.view):
        return True
    return not bytes(content.view[:HEAD]).translate(None, TEXT_BYTES)
