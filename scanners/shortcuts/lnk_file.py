"""Reads a Windows shortcut: where it leads, with which arguments.  ([MS-SHLLINK] 9.0)"""

import re
import struct
from contextlib import suppress
from dataclasses import dataclass, field

HEADER = 76
MAX_ITEMS = 64
"""Items of an ID list: a path of more steps does not exist on Windows."""
MAX_BLOCKS = 64
"""Blocks of extra data: the specification knows eleven."""
HAS_ID_LIST, HAS_LINK_INFO, HAS_NAME, HAS_RELATIVE_PATH = 1, 2, 4, 8
HAS_WORKING_DIR, HAS_ARGUMENTS, HAS_ICON, IS_UNICODE = 16, 32, 64, 128
ENVIRONMENT, DARWIN, ICON_ENVIRONMENT = 0xA0000001, 0xA0000006, 0xA0000007
LONG_NAME = b"\x04\x00\xef\xbe"
"""Signature of the block with the long name, behind a file's item (libfwsi)."""

_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff][\x00-\x05]){3,}")
_NARROW = re.compile(rb"[\x20-\x7e]{3,}")


@dataclass(slots=True)
class Shortcut:
    """What a .lnk says; every text is the sender's."""

    targets: list[str] = field(default_factory=list)
    """All paths and addresses it could be resolved to; Windows takes the first that exists."""
    arguments: str = ""
    working_folder: str = ""
    icon: str = ""
    description: str = ""
    show_command: int = 1
    """1 normal, 3 maximised, 7 minimised and inactive: nobody sees the window."""
    installed: bool = False
    """An advertised shortcut: the installer finds the program by a product code."""
    broken: bool = False
    """It ends in the middle, or a length in it is wrong."""
    end: int = 0
    """Offset behind its last block: what follows is no part of it.  Of a broken one, behind the
    last part that was read."""


def read_shortcut(view: memoryview) -> Shortcut:
    """Return what the bytes say, as far as they can be read.  Never raises."""
    shortcut = Shortcut(end=min(HEADER, len(view)))
    try:
        _read(view, shortcut)
    except (struct.error, IndexError):
        shortcut.broken = True
    return shortcut


def _read(view: memoryview, shortcut: Shortcut) -> None:
    (flags,) = struct.unpack_from("<I", view, 20)
    (shortcut.show_command,) = struct.unpack_from("<I", view, 60)
    at = HEADER
    if flags & HAS_ID_LIST:
        (size,) = struct.unpack_from("<H", view, at)
        at += 2
        _keep(shortcut, _id_list(bytes(view[at : at + size])))  # what there is of it
        at = shortcut.end = at + len(_part(view, at, size))
    if flags & HAS_LINK_INFO:
        (size,) = struct.unpack_from("<I", view, at)
        data = _part(view, at, size)
        with suppress(struct.error):  # nonsense of a right length: Windows goes on behind it
            _link_info(data, shortcut)
        at = shortcut.end = at + size
    wide = bool(flags & IS_UNICODE)
    texts: dict[int, str] = {}
    for flag in (HAS_NAME, HAS_RELATIVE_PATH, HAS_WORKING_DIR, HAS_ARGUMENTS, HAS_ICON):
        if flags & flag:
            (count,) = struct.unpack_from("<H", view, at)
            size = count * 2 if wide else count
            texts[flag] = _text(_part(view, at + 2, size), wide=wide)
            at = shortcut.end = at + 2 + size
    _keep(shortcut, texts.get(HAS_RELATIVE_PATH, ""))
    shortcut.description = texts.get(HAS_NAME, "")
    shortcut.working_folder = texts.get(HAS_WORKING_DIR, "")
    shortcut.arguments = texts.get(HAS_ARGUMENTS, "")
    shortcut.icon = texts.get(HAS_ICON, "")
    _blocks(view, at, shortcut)


def _part(view: memoryview, at: int, size: int) -> bytes:
    if size < 0 or at + size > len(view):
        raise IndexError("a length leads out of the file")
    return bytes(view[at : at + size])


def _keep(shortcut: Shortcut, target: str) -> None:
    if target and target not in shortcut.targets:
        shortcut.targets.append(target)


def _text(data: bytes, *, wide: bool) -> str:
    return data.decode("utf-16-le", "replace") if wide else data.decode("latin-1")


def _until_zero(data: bytes, at: int, *, wide: bool = False) -> str:
    """Return the text that ends with a zero; empty if `at` lies outside."""
    if not 0 < at < len(data):
        return ""
    text = _text(data[at:], wide=wide)
    return text.partition("\0")[0]


def _id_list(data: bytes) -> str:
    """Return the path that the items of a list make together ([MS-SHLLINK] 2.2; libfwsi)."""
    steps: list[str] = []
    at = 0
    for _ in range(MAX_ITEMS):
        size = int.from_bytes(data[at : at + 2], "little")
        if size < 3 or at + size > len(data):
            break
        if step := _item(data[at : at + size]):
            steps.append(step.rstrip("\\") if steps or len(step) > 1 else step)
        at += size
    return "\\".join(steps)


def _item(item: bytes) -> str:
    """Return an item's own name; empty for folders of the shell, which have none."""
    mark = item.find(LONG_NAME)
    if mark >= 4 and (name := _long_name(item, mark - 4)):
        return name
    kind = item[2] & 0x70
    if kind == 0x20:  # a drive, or a folder of the shell that stands for drives
        return _until_zero(item, 3) if item[3:4].isalpha() and item[4:5] == b":" else ""
    if kind == 0x30:  # a file or folder
        return _until_zero(item, 14, wide=bool(item[2] & 4))
    if kind in (0x40, 0x60):  # a network place, an address
        texts = [found.decode("utf-16-le", "replace") for found in _WIDE.findall(item, 3)]
        texts += [found.decode("latin-1") for found in _NARROW.findall(item, 3)]
        return max(texts, key=len, default="")
    return ""


def _long_name(item: bytes, start: int) -> str:
    """Return the name in the block 0xbeef0004 at `start`, which grew with Windows (libfwsi)."""
    version = int.from_bytes(item[start + 2 : start + 4], "little")
    skip = 20 + (18 if version >= 7 else 0)
    skip += (4 if version >= 8 else 0) + (4 if version >= 9 else 0)
    return _until_zero(item, start + skip, wide=True)


def _link_info(data: bytes, shortcut: Shortcut) -> None:
    """[MS-SHLLINK] 2.3: a path on a volume, or a share and a path on it."""
    _, header, flags, _, base, network, suffix = struct.unpack_from("<7I", data)
    wide_base = wide_suffix = 0
    if header >= 0x24:
        wide_base, wide_suffix = struct.unpack_from("<2I", data, 28)
    tail = _until_zero(data, wide_suffix, wide=True) or _until_zero(data, suffix)
    if flags & 1:
        start = _until_zero(data, wide_base, wide=True) or _until_zero(data, base)
        _keep(shortcut, start + tail)
    if flags & 2:
        link = data[network:] if 0 < network < len(data) else b""
        names = struct.unpack_from("<I", link, 8)[0]
        share = _until_zero(link, names)
        if names > 0x14:
            share = _until_zero(link, struct.unpack_from("<I", link, 20)[0], wide=True) or share
        _keep(shortcut, f"{share}\\{tail}" if tail else share)


def _blocks(view: memoryview, at: int, shortcut: Shortcut) -> None:
    """[MS-SHLLINK] 2.5; a size below four ends the list, and so does the end of the file."""
    for _ in range(MAX_BLOCKS):
        if at + 4 > len(view):
            shortcut.end = min(at, len(view))
            return
        (size,) = struct.unpack_from("<I", view, at)
        if size < 4:
            shortcut.end = at + 4
            return
        if at + size > len(view):
            shortcut.end = at  # no block: what follows belongs to nothing
            return
        block = bytes(view[at : at + size])
        signature = int.from_bytes(block[4:8], "little")
        if signature in (ENVIRONMENT, DARWIN, ICON_ENVIRONMENT):
            text = _until_zero(block, 268, wide=True) or _until_zero(block, 8)
            if signature == ENVIRONMENT:
                _keep(shortcut, text)
            elif signature == DARWIN:
                shortcut.installed = True
            else:
                shortcut.icon = text or shortcut.icon
        at += size
        shortcut.end = at
