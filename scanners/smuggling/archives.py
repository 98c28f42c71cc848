"""Archives inside other bytes: what their readers find there, whatever stands before."""

import struct
import zlib

from scanners.errors import ScannerError
from scanners.model import Content
from scanners.rar import locate as rar
from scanners.sevenzip import locate as sevenzip
from scanners.smuggling.sightings import Sighting
from scanners.zip.directory import Directory, directories

ZIP_STARTS = (b"PK\3\4", b"PK\5\6", b"PK00PK\3\4", b"PK\7\x08PK\3\4")


def archive_at(view: memoryview, sighting: Sighting) -> bool:
    """Say whether an archive begins there; its header carries a checksum, or has to add up."""
    head = bytes(view[sighting.at : sighting.at + 36])
    if len(head) < 20:
        return False
    if sighting.kind == "7z":
        return len(head) >= 32 and zlib.crc32(head[12:32]) == int.from_bytes(head[8:12], "little")
    if sighting.kind == "cab":
        return _is_cabinet(head, len(view) - sighting.at)
    return _is_rar(view, sighting.at, head)


def starts_as_zip(view: memoryview) -> bool:
    """Say whether the file is a ZIP archive, whatever it is used as: scanners/zip opens it."""
    return bytes(view[:8]).startswith(ZIP_STARTS)


def is_opened_elsewhere(content: Content, type_name: str, at: int) -> bool:
    """Say whether another scanner opens an archive of that type where it lies: the first one."""
    try:
        if type_name == "rar":
            found = rar.locate(content)
            return found is not None and found[1] == at
        return type_name == "7z" and sevenzip.locate(content) == at
    except ScannerError:
        return False  # that scanner says so


def zip_at_end(view: memoryview) -> Directory | None:
    """Return the directory of a ZIP archive that is not empty and ends with the file."""
    for directory in directories(view):
        if not directory.empty and directory.tail == len(view):
            return directory
    return None


def _is_cabinet(head: bytes, left: int) -> bool:
    """[MS-CAB] §2.1: reserved fields are zero, the size fits, there are folders and files."""
    if len(head) < 36:
        return False
    size, zero, first, zero_too, *version, folders, files = struct.unpack_from("<4I2B2H", head, 8)
    fits = 36 <= first < size <= left and not zero and not zero_too
    return fits and version == [3, 1] and folders > 0 and files > 0


def _is_rar(view: memoryview, at: int, head: bytes) -> bool:
    """RAR 4: the main header's 16-bit checksum; RAR 5: the first header's CRC-32."""
    if head[6] == 0:
        checksum, kind, _, size = struct.unpack_from("<HBHH", head, 7)
        block = bytes(view[at + 9 : at + 7 + size])
        sane: bool = kind == 0x73 and 13 <= size <= 64
        return sane and zlib.crc32(block) & 0xFFFF == checksum
    size, length = 0, 0
    for shift in range(3):  # a number in groups of seven bits
        byte = head[12 + shift]
        size |= (byte & 0x7F) << 7 * shift
        length += 1
        if byte < 0x80:
            break
    block = bytes(view[at + 12 : at + 12 + length + size])
    return 2 <= size <= 4096 and zlib.crc32(block) == int.from_bytes(head[8:12], "little")
