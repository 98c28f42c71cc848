"""Which specimens are the same bytes on every machine: those no compression library had a hand in.

Versions of zlib, bzip2, liblzma, brotli and zstd pack the same data differently.  So the catalogue
is built a second time, in a process whose libraries add a byte to all that they pack: what differs
then depends on them, however deep it is wrapped or encrypted.  `python -m samples.machine` is that
process; it prints name and SHA-256 of each specimen as JSON.
"""

import bz2
import hashlib
import json
import lzma
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import brotli
import zstandard

from samples.specimen import Specimen

PROJECT = Path(__file__).parents[1]
BUILD_SECONDS = 60
MARK = b"\0"


def same_everywhere(specimens: Iterable[Specimen]) -> frozenset[str]:
    """Return the names of those specimens whose bytes no version of a library can change."""
    command = [sys.executable, "-m", "samples.machine"]
    done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        command, cwd=PROJECT, capture_output=True, check=True, timeout=BUILD_SECONDS
    )
    otherwise = json.loads(done.stdout)
    return frozenset(one.name for one in specimens if otherwise.get(one.name) == digest(one.data))


def digest(data: bytes) -> str:
    """Return the SHA-256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


class Compressor(Protocol):
    def compress(self, data: bytes) -> bytes: ...

    def flush(self) -> bytes: ...


class _Marked:
    """A compressor that adds a mark; nobody unpacks it, so any place will do."""

    def __init__(self, compressor: Compressor) -> None:
        self._compressor = compressor

    def compress(self, data: bytes) -> bytes:
        return self._compressor.compress(data) + MARK

    def flush(self) -> bytes:
        return self._compressor.flush()


def pack_otherwise() -> None:
    """Have the libraries mark what they pack, in this process and before samples are imported."""
    for module in (zlib, bz2, lzma, brotli):
        _replace(module, "compress", lambda packed: packed + MARK)
    _replace(zlib, "compressobj", _Marked)
    _replace(zstandard, "ZstdCompressor", _Marked)


def _replace(module: ModuleType, name: str, change: Callable[[Any], object]) -> None:
    packs = getattr(module, name)
    setattr(module, name, lambda *values, **named: change(packs(*values, **named)))


def main() -> int:
    pack_otherwise()
    from samples.catalogue import specimens  # noqa: PLC0415 - the libraries have to change first

    sys.stdout.write(json.dumps({one.name: digest(one.data) for one in specimens()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
