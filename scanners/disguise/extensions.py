"""Tricks with extensions: two or three of them, class ids, device names, short names, streams."""

import re
from collections.abc import Iterator

from scanners.disguise.named import BAD, NATIVE, NOTED, Named, Trick
from scanners.model import Code, Family
from scanners.names import BLANKS
from scanners.types.table import TypeTable

PACKAGES = frozenset("jar apk desktop".split())
"""Named in reverse after a host and what they work on: `org.example.report.pdf.jar`."""
DOWNLOAD_MARK = "zone.identifier"
"""The stream in which Windows keeps where a file came from; other systems copy it as a file."""
LONGEST_CLASS = 39

_CLASS = re.compile(r"\.\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[1-9¹²³])(?:\.|\Z)")
_SHORT = re.compile(r"([a-z0-9]{1,3})~\d{1,3}")
_PACKAGE = re.compile(r"(?:[a-z]{2,4}|javax)(?:\.[a-z0-9_-]+){3,20}")
_SEPARATOR = re.compile(r"[/\\]")


def extension_tricks(named: Named) -> Iterator[Trick]:
    if (inner := _hidden_by(named)) is not None:
        said = f".{inner} stands before the real extension .{named.last}"
        level = NOTED if _is_usual(inner, named) else BAD
        yield Trick(Code.DISGUISE_DOUBLE_EXTENSION, level, f"{inner}.{named.last}", said)
    if _CLASS.search(named.reading[-LONGEST_CLASS:]):
        said = "a class id as extension, which Windows does not show"
        yield Trick(Code.DISGUISE_EXTENSION, BAD, "class_id", said)
    if _DEVICE.match(named.reading):
        native = named.last in NATIVE and not named.is_harmless
        said = "a name that Windows keeps for a device; such files are hard to delete"
        yield Trick(Code.DISGUISE_EXTENSION, BAD if native else NOTED, "device", said)
    if short := _SHORT.fullmatch(named.last):
        yield from _short_name(named, short[1])
    elif named.last[3:] and named.last[:3] in NATIVE and not _is_known(named):
        said = f"its short name ends in .{named.last[:3]}"
        yield Trick(Code.DISGUISE_EXTENSION, NOTED, "short_name", said)


def _hidden_by(named: Named) -> str | None:
    """Return the extension that a person takes for the last one; None if there is none."""
    if not named.runs:
        return None
    if named.last == "com" and named.file_type.family not in (Family.PROGRAM, Family.DATA):
        return None  # a page or picture named after its host
    inner = named.decoy()
    return None if named.last == "js" and inner in named.table.wrapped_in_js else inner


def _is_usual(inner: str, named: Named) -> bool:
    """Say whether honest files bear such names: packages, scripts of pages, self-extractors."""
    if named.last in PACKAGES:
        return _PACKAGE.fullmatch(named.reading) is not None
    if named.last == "js":
        return named.declared_type.endswith("javascript")
    return (inner, named.last) == ("7z", "exe")  # PortableGit-2.43.0-64-bit.7z.exe


def _is_known(named: Named) -> bool:
    known = named.table.extension_families(named.last)
    return not named.is_program or not named.last.isalnum() or bool(known)


def _short_name(named: Named, start: str) -> Iterator[Trick]:
    """Judge `photo.jp~1`, which looks like what DOS made of a long name; DOS never cut that way."""
    promised = {
        family
        for known in named.table.types.values()
        for extension in known.extensions
        if extension.startswith(start)
        for family in named.table.extension_families(extension)
    }
    hides = named.is_program and promised and Family.PROGRAM not in promised
    said = "an extension cut like a DOS name, which says nothing of the file"
    yield Trick(Code.DISGUISE_EXTENSION, BAD if hides else NOTED, "short_name", said)


def find_stream(name: str, table: TypeTable) -> Trick | None:
    """Judge a colon: `setup.exe:photo.jpg` is a program to Windows, `a.txt:b.lnk` hides one.

    Colons are a part of titles ("Node.js: a guide.pdf") and of times, so both sides must be names
    of files and no blank may stand beside it.
    """
    before, colon, after = _SEPARATOR.split(name.rstrip("/\\"))[-1].lower().partition(":")
    if not colon or not before or before[-1] in BLANKS or after[:1] in {"", *BLANKS}:
        return None
    sides = [side.rpartition(".") for side in (before, after.partition(":")[0])]
    ends = [last for stem, _, last in sides if stem]
    runs = table.runnable - table.of_the_web
    if not any(last in runs for last in ends) or not table.extension_families(ends[0]):
        return None
    if (len(ends) < len(sides) and after != ":$data") or after == DOWNLOAD_MARK:
        return None
    said = "a colon divides two names; Windows takes what follows for a hidden stream"
    return Trick(Code.DISGUISE_EXTENSION, BAD, "stream", said)
