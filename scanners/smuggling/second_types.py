"""Files that begin as one thing and are another: formats whose own mark stands further behind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.types.structure import by_header

PDF_HEADER = 1024
"""Bytes in which viewers look for a PDF's header (ISO 32000-1, annex H, note 13)."""
PDF_TAIL = 2048
ISO_MARK, DRIVE_MARK = 32_769, 510
DRIVES = frozenset({"img", "iso", "udf", "vhd", "pe", "dos", "unknown"})
"""Programs may boot as well: kernels of Linux are PE and have the mark of a drive."""
SCRIPT_HEAD = 64
"""Bytes of an image in which no script of so many letters stands by chance."""

_PDF = re.compile(rb"%PDF-[0-9]\.[0-9]")
_PDF_OBJECT = re.compile(rb"\b[0-9]{1,10}[ \r\n]{1,4}[0-9]{1,5}[ \r\n]{1,4}obj\b")
_TAR_HEADER = 512
_IDENTIFIER = re.compile(
    rb"(?:GIF8[79]a|BM|RIFF|ID3|FLV|OggS|8BPS|\xff\xd8\xff[\xe0-\xef])([=`]|/\*)", re.DOTALL
)
_RESUMES = re.compile(rb"\*/\s*[=;,(\[`.+-]\s*[\w\"'(\[{`/!.$]")
_UNPRINTABLE = re.compile(rb"[^\t\r\n -~]")


@dataclass(frozen=True, slots=True)
class SecondType:
    """What readers of another format see; the bytes from `start` on are its file."""

    name: str
    start: int = 0


def second_types(view: memoryview, type_name: str) -> Iterator[SecondType]:
    """Yield the types beside the true one, which stands for how the file begins."""
    head = bytes(view[: PDF_HEADER + 16])
    if type_name != "pdf" and (start := _late_pdf(view, head)):
        yield SecondType("pdf", start)
    if type_name != "tar" and _is_tar(head):
        yield SecondType("tar")
    if type_name not in ("iso", "udf") and _is_disc(view):
        yield SecondType("iso")
    if type_name not in DRIVES and _is_drive(view, head):
        yield SecondType("img")


def _late_pdf(view: memoryview, head: bytes) -> int | None:
    """Return where a PDF begins behind other bytes.

    Texts about PDF have no table at their end, programs that write PDF have no numbered object.
    """
    match = _PDF.search(head, 1)
    if match is None or match.start() >= PDF_HEADER:
        return None
    tail = bytes(view[-PDF_TAIL:])
    if b"startxref" not in tail or b"%%EOF" not in tail:
        return None
    return match.start() if _PDF_OBJECT.search(view, match.end()) else None


def _is_tar(head: bytes) -> bool:
    """The first 257 bytes are names and numbers, but their checksum has to fit (POSIX ustar)."""
    if head[257:262] != b"ustar" or len(head) < _TAR_HEADER:
        return False
    stated = head[148:156].strip(b" \0")
    if not stated or stated.strip(b"01234567"):
        return False
    return int(stated, 8) == sum(head[:148]) + 8 * 0x20 + sum(head[156:_TAR_HEADER])


def _is_disc(view: memoryview) -> bool:
    """ECMA-119 §6.2.1 leaves the first 32 KiB of a disc free for anything."""
    return bytes(view[ISO_MARK : ISO_MARK + 5]) in (b"CD001", b"BEA01")


def _is_drive(view: memoryview, head: bytes) -> bool:
    """Firmware reads the first sector of a drive: 446 bytes of it may be anything."""
    if head[DRIVE_MARK : DRIVE_MARK + 2] != b"\x55\xaa":
        return False
    found = by_header(view, head)
    return found is not None and found[0] == "img"


def begins_as_script(view: memoryview) -> bool:
    """Say whether a script engine reads the magic of a picture as a name: `GIF89a=1;…`.

    Its letters are an identifier, what follows an assignment or the start of a comment, which ends
    further behind, where the script goes on.
    """
    head = bytes(view[:SCRIPT_HEAD])
    match = _IDENTIFIER.match(head)
    if match is None:
        return False
    if match[1] != b"/*":
        return len(head) >= 16 and not _UNPRINTABLE.search(head, match.end())
    return _RESUMES.search(view, match.end()) is not None
