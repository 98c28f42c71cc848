"""Gaps between members: filling of honest archivers is told from what was put there to hide."""

import struct
from collections.abc import Callable

import pytest

from samples import builders
from scanners.budget import Budget
from scanners.errors import DeadlinePassed
from scanners.zip.gaps import ODDMENT, is_filling

MakeBudget = Callable[..., Budget]


def _signing_block(size: int, *, head: int = 0, magic: bytes = b"APK Sig Block 42") -> bytes:
    """Return a block of `size` bytes; `head` is added to the size at its beginning."""
    body = b"s" * (size - 32)
    return struct.pack("<Q", size - 8 + head) + body + struct.pack("<Q", size - 8) + magic


def _nameless(extra: bytes, *, name: bytes = b"", packed: int = 0) -> bytes:
    fields = (0, 0, 0, 0, 0, 0, packed, 0, len(name), len(extra))
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", *fields) + name + extra


FILLING = {
    "nothing": b"",
    "a few bytes": b"x" * ODDMENT,
    "zeros": bytes(200_000),
    "signing block": _signing_block(900),
    "zeros and signing block": bytes(4000) + _signing_block(900),
    "nameless members": _nameless(bytes(100)) + _nameless(bytes(60_000)),
    "nameless member, zeros": _nameless(bytes(5)) + bytes(100),
}
HIDING = {
    "bytes": b"x" * (ODDMENT + 1),
    "program": builders.pe(),
    "behind zeros": bytes(100_000) + b"x",
    "in front of zeros": b"x" + bytes(100),
    "in front of a signing block": b"x" * 33 + _signing_block(900),
    "two sizes of a signing block": _signing_block(900, head=1),
    "signing block larger than the gap": _signing_block(900)[1:],
    "signing block smaller than itself": bytes(40)
    + b"x"
    + struct.pack("<Q", 16)
    + b"APK Sig Block 42",
    "no magic": _signing_block(900, magic=b"APK Sig Block 41"),
    "nameless member with extra bytes": _nameless(bytes(99) + b"x"),
    "nameless member with data": _nameless(bytes(40), packed=9) + bytes(9),
    "member with a name": _nameless(bytes(40), name=b"x"),
    "behind a nameless member": _nameless(bytes(40)) + b"x",
    "nameless member, cut": _nameless(bytes(100))[:-1],
}


@pytest.mark.parametrize("gap", FILLING.values(), ids=FILLING)
def test_filling(new_budget: MakeBudget, gap: bytes) -> None:
    view = memoryview(b"xx" + gap + b"xx")
    assert is_filling(view, new_budget(), 2, 2 + len(gap))


@pytest.mark.parametrize("gap", HIDING.values(), ids=HIDING)
def test_hiding(new_budget: MakeBudget, gap: bytes) -> None:
    view = memoryview(b"xx" + gap + b"xx")
    assert not is_filling(view, new_budget(), 2, 2 + len(gap))


def test_no_gap_where_members_overlap(new_budget: MakeBudget) -> None:
    view = memoryview(bytes(100))
    assert is_filling(view, new_budget(), 60, 40)


@pytest.mark.parametrize("gap", [_nameless(b"") * 9, bytes(100)])
def test_the_deadline_holds(new_budget: MakeBudget, gap: bytes) -> None:
    with pytest.raises(DeadlinePassed):
        is_filling(memoryview(gap), new_budget(seconds=-1), 0, len(gap))
