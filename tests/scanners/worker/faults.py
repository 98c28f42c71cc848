"""The shipped bench, every seat of which does what a broken parser would if the file says so.

A file that ends with `fault SEAT DEED` has the check of that name do the deed, in the middle of a
read of libarchive.
"""

import ctypes
import hashlib
import lzma
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from samples import builders
from scanners.archives.libarchive import members
from scanners.base import Bench, Identify, Scanner
from scanners.budget import Budget
from scanners.model import Content, Examination, FileType, Report
from scanners.registry import build_bench
from scanners.walk import TYPE_NAME, examine
from scanners.worker.worker import Examiner

MARK = b"\nfault "
LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = ctypes.c_void_p
TAR = builders.tar_of({"a.txt": b"a" * 4096, "b.txt": b"b"})
ENDLESS = 2**31 - 1
"""Rounds of a derivation: minutes in C, without a look at signals."""
HUGE = 1 << 30
"""Bytes; more than the worker of a test has address space for."""


class SpeechlessError(Exception):
    def __str__(self) -> str:
        raise ValueError("an exception that cannot be told")


def allocate() -> None:
    kept = bytearray()
    while True:
        kept += bytes(1 << 24)


def dictionary() -> None:
    """What a header of a few bytes has a decoder allocate."""
    chain = [{"id": lzma.FILTER_LZMA2, "dict_size": HUGE}]
    lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain).decompress(b"\x01\0\0a\0")


def unchecked_allocation() -> None:
    """A C library that trusts its allocator."""
    LIBC.memset(ctypes.c_void_p(LIBC.malloc(ctypes.c_size_t(HUGE))), 1, ctypes.c_size_t(HUGE))


def recurse(depth: int = 0) -> int:
    return recurse(depth + 1) + 1


def throw(error: BaseException) -> None:
    raise error


DEEDS: dict[str, Callable[[], object]] = {
    "hang": lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", ENDLESS),
    "segfault": lambda: ctypes.string_at(8),
    "abort": LIBC.abort,
    "unchecked_allocation": unchecked_allocation,
    "allocate": allocate,
    "dictionary": dictionary,
    "no_memory": lambda: throw(MemoryError()),
    "recursion": recurse,
    "system_exit": lambda: throw(SystemExit(0)),
    "interrupt": lambda: throw(KeyboardInterrupt()),
    "long_text": lambda: throw(ValueError("x" * (16 << 20))),
    "speechless": lambda: throw(SpeechlessError()),
}


def misbehave(view: memoryview, seat: str, budget: Budget) -> None:
    """Do the deed that the file orders, if it orders one of this seat."""
    _, _, order = bytes(view[-64:]).rpartition(MARK)
    ordered, _, deed = order.decode("latin-1").partition(" ")
    if ordered == seat:
        with closing(members(memoryview(TAR), ("tar",), budget)) as reading:
            next(reading)
            DEEDS[deed]()


@dataclass(frozen=True, slots=True)
class Faulty:
    inner: Scanner

    @property
    def name(self) -> str:
        return self.inner.name

    def scan(self, content: Content, budget: Budget) -> Report:
        misbehave(content.view, self.name, budget)
        return self.inner.scan(content, budget)


def faulty(identify: Identify) -> Identify:
    def tell(view: memoryview) -> FileType:
        misbehave(view, TYPE_NAME, Budget(float("inf"), 1 << 20, 10, 1))
        return identify(view)

    return tell


def build(rules: Path, secret: bytes) -> Examiner:
    shipped = build_bench(rules, secret)
    bench = Bench(faulty(shipped.identify), tuple(map(Faulty, shipped.scanners)))

    def examiner(content: Content, budget: Budget) -> Examination:
        return examine(content, bench, budget)

    return examiner
