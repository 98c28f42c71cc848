"""What stands behind the end of a file, as its viewers see it."""

import re

from scanners.kit import Kit
from scanners.model import Code, Family, FileType
from scanners.smuggling.archives import archive_at, is_opened_elsewhere, starts_as_zip
from scanners.smuggling.ends import end_of
from scanners.smuggling.finds import SCRIPTS, Finds
from scanners.smuggling.hosts import CLOSED
from scanners.smuggling.programs import WINDOW, program_at
from scanners.smuggling.sightings import ARCHIVE_SIGNS, PROGRAM_SIGNS, sightings
from scanners.zip.directory import find_directory

SHORTEST = 16
"""Bytes that may be a script."""
SHORTEST_UNKNOWN = 64
CONFIGURATION = 64 * 1024
"""Bytes of text that self-extractors have before their archive."""
PACKED = frozenset("7z rar cab tar gzip bzip2 xz zstd iso deb rpm ace cpio".split())
"""Archives that nobody has behind anything else; ZIP is scanners/smuggling/polyglots.py's."""
MARKED = frozenset({"pe", "elf", "macho", "lnk", "dex"})
PAGES = frozenset({"html", "svg", "xml"})
"""Script hosts look for these, whatever stands before."""

_ACTIVE = re.compile(
    rb"<(?:script|hta:|object|embed|iframe|\?php)|\bon[a-z]{3,20}\s*=|(?:java|vb)script:",
    re.IGNORECASE,
)
_PADDING = re.compile(rb"[\0\t\r\n ]*+")


def look_behind(finds: Finds, kit: Kit) -> None:
    """Name the overlay; hand it out if it is a program, a script, a page or an archive."""
    content = finds.content
    kind, view = content.file_type.name, content.view
    is_zip = starts_as_zip(view)
    if is_zip:
        directory = find_directory(view)
        end = directory.tail if directory else None
    else:
        end = end_of(view, kind, finds.budget)
    if end is None or len(view) - end < SHORTEST:
        return
    padding = _PADDING.match(view, end)
    start = padding.end() if padding else end
    if len(view) - start < SHORTEST:
        return
    overlay, file_type = view[start:], kit.identify(view[end:])
    if start > end and file_type.family is Family.DATA:
        file_type = kit.identify(overlay)
    if starts_as_zip(overlay):
        return  # found by scanners/zip and polyglots.py
    if kind == "pe":
        _judge_program(finds, start, file_type)
    elif _is_a_trick(file_type, overlay, finds):
        _add(finds, start, file_type)
    elif not is_zip and len(overlay) >= SHORTEST_UNKNOWN and not _is_usual(file_type):
        said = f"{len(overlay)} bytes of no known type behind the end of {kind} content"
        finds.detect(Code.DISGUISE_POLYGLOT, "trailing", said, suspicious=False)


def _is_a_trick(file_type: FileType, overlay: memoryview, finds: Finds) -> bool:
    if file_type.name in MARKED:
        return _is_whole_program(overlay, finds)
    if file_type.name == "mail":
        return finds.content.file_type.name == "pdf"  # Word opens pages saved as one file
    runs = file_type.family is Family.PROGRAM or file_type.name in PACKED
    return runs or _is_active(file_type, overlay)


def _is_whole_program(overlay: memoryview, finds: Finds) -> bool:
    """Say whether a program begins there whose headers add up; types are told by less."""
    near = sightings(overlay[:WINDOW], PROGRAM_SIGNS, finds.budget)
    return any((found := program_at(overlay, sign)) and found.start == 0 for sign in near)


def _is_active(file_type: FileType, overlay: memoryview) -> bool:
    """Say whether it is a page that does something: servers put warnings behind pictures, too."""
    return file_type.name in PAGES and _ACTIVE.search(overlay) is not None


def _is_usual(file_type: FileType) -> bool:
    """Say whether cameras put it there: more pictures, a film of the same moment."""
    return file_type.family in CLOSED


def _judge_program(finds: Finds, start: int, file_type: FileType) -> None:
    """An archive behind a program is an installer's; a page makes mshta run the rest of it."""
    if file_type.name == "script" or _is_active(file_type, finds.content.view[start:]):
        _add(finds, start, file_type)
        return
    near = finds.content.view[: start + CONFIGURATION]
    for sighting in sightings(near, ARCHIVE_SIGNS[1:], finds.budget, start):
        if archive_at(finds.content.view, sighting):
            if not is_opened_elsewhere(finds.content, sighting.kind, sighting.at):
                view = finds.content.view[sighting.at :]
                finds.hand_out(f"{sighting.kind} at {sighting.at}", view)
            return


def _add(finds: Finds, start: int, file_type: FileType) -> None:
    if not finds.is_new(start):
        return
    if file_type.name in PAGES:
        finds.is_new(SCRIPTS)
    native = file_type.family is Family.PROGRAM and file_type.name != "script"
    code = Code.EMBEDDED_EXECUTABLE if native else Code.DISGUISE_POLYGLOT
    said = f"{file_type.name} content behind the end of {finds.content.file_type.name} content"
    finds.detect(code, file_type.name, said, suspicious=True)
    if not is_opened_elsewhere(finds.content, file_type.name, start):
        finds.hand_out("overlay", finds.content.view[start:], file_type)
