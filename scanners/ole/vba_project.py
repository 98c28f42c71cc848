"""VBA projects ([MS-OVBA] §2.3.4): which modules a project has, and their source."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.ole.compound import Compound, Entry, Kind
from scanners.ole.vba_compression import CEILING, ovba

CACHE = "_VBA_PROJECT"
NOT_MODULES = frozenset({"DIR", CACHE})
CACHED = "__SRP_"
"""Streams of compiled code begin with it; nobody needs them (§2.2.6)."""

_ATTRIBUTE = b"\0Attribut"
"""How the source of every module begins, compressed: flags of no copy, and eight letters."""


class _Record(IntEnum):
    """What a record of the directory says (§2.3.4.2)."""

    VERSION = 0x09
    NAME = 0x19
    STREAM = 0x1A
    CLASS_MODULE = 0x22
    END = 0x2B
    OFFSET = 0x31
    WIDE_STREAM = 0x32
    WIDE_NAME = 0x47


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its text, and the compiled form of it that may say something else."""

    name: str
    source: bytes
    """Empty if there is none to be had.  In the code page of the project, lines end in CRLF."""
    compiled: memoryview
    """All before the source: the performance cache of one version of Office (§2.3.4.3)."""
    class_module: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """One project; a file may hold several, those of embedded documents among them."""

    modules: tuple[Module, ...]
    identifiers: memoryview
    """The stream _VBA_PROJECT: the names that the compiled code uses stand in it."""
    broken: bool
    """Its directory lists no module."""


@dataclass(slots=True)
class _Listed:
    """What the directory says of a module (§2.3.4.2.3.2)."""

    name: str = ""
    stream: str = ""
    offset: int = 0
    class_module: bool = False


def projects(compound: Compound, budget: Budget) -> Iterator[Project]:
    """Yield the VBA projects of a file: storages with the two streams that each project has."""
    for storage in compound.storages():
        directory = compound.find(storage.number, "dir")
        cache = compound.find(storage.number, CACHE)
        if cache and (directory or storage.name.upper() == "VBA"):
            yield _project(compound, storage, directory, cache, budget)


def _project(
    compound: Compound, storage: Entry, directory: Entry | None, cache: Entry, budget: Budget
) -> Project:
    raw = _decompressed(compound.read(directory), budget) if directory else b""
    listed = {entry.stream.upper(): entry for entry in _modules(raw)}
    found: list[Module] = []
    for entry in compound.inside(storage.number):
        upper = entry.name.upper()
        if entry.kind is Kind.STREAM and upper not in NOT_MODULES and not upper.startswith(CACHED):
            budget.seconds_left()
            module = _module(entry, listed.get(upper), compound.read(entry), budget)
            found += [module] if module else []
    identifiers = compound.read(cache)
    return Project(tuple(found), identifiers, broken=not listed)


def _module(
    entry: Entry, listed: _Listed | None, view: memoryview, budget: Budget
) -> Module | None:
    """Return a module; one that the directory does not list is searched for its source."""
    offset = listed.offset if listed else _search(view)
    if offset is None:
        return None
    source = _decompressed(view[offset:], budget)
    if listed and not source and (elsewhere := _search(view)) is not None:
        offset = elsewhere
        source = _decompressed(view[offset:], budget)
    name = (listed and listed.name) or entry.name
    is_class = bool(listed and listed.class_module)
    return Module(name, source, view[:offset], is_class)


def _search(view: memoryview) -> int | None:
    """Return where a compressed source begins: three bytes of container and chunk, then flags."""
    at = bytes(view).find(_ATTRIBUTE)
    return at - 3 if at >= 3 else None


def _decompressed(view: memoryview, budget: Budget) -> bytes:
    """Return the text as far as it can be had: some writers leave rubbish behind it."""
    unpacked = inflate.unpack(ovba, view, budget, CEILING)
    if unpacked.failure is not None and not isinstance(unpacked.failure, ContentMalformed):
        raise unpacked.failure
    return bytes(unpacked.data)


def _modules(raw: bytes) -> Iterator[_Listed]:
    """Yield what the records of a project's directory say of its modules (§2.3.4.2)."""
    module = _Listed()
    for kind, data in _records(raw):
        match kind:
            case _Record.NAME:
                module = _Listed(name=data.decode("latin-1"))
            case _Record.WIDE_NAME:
                module.name = data.decode("utf-16-le", "replace")
            case _Record.STREAM:
                module.stream = data.decode("latin-1")
            case _Record.WIDE_STREAM:
                module.stream = data.decode("utf-16-le", "replace")
            case _Record.OFFSET if len(data) == 4:
                module.offset = int.from_bytes(data, "little")
            case _Record.CLASS_MODULE:
                module.class_module = True
            case _Record.END if module.stream:
                yield module
                module = _Listed()


def _records(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 6 <= len(raw):
        kind, size = struct.unpack_from("<HI", raw, at)
        if kind == _Record.VERSION:
            size += 2  # the size leaves out the minor version (§2.3.4.2.1.11)
        yield kind, raw[at + 6 : at + 6 + size]
        at += 6 + size
