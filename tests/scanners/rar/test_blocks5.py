"""Blocks of RAR 5: where they lie, plain and behind a password."""

from collections.abc import Callable

import pytest

from samples.rar_archives import RarFile, rar5, vints
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.rar.blocks5 import (
    ENCRYPTION,
    END,
    FILE,
    MAIN,
    Block,
    blocks,
    first_block,
    first_header_holds,
    header_keys,
)
from scanners.rar.keys import Derived

MakeBudget = Callable[..., Budget]
PLAIN = rar5([RarFile("a.txt", b"text")])
LOCKED = rar5([RarFile("a.txt", b"text")], opened_by="infected", check=False)


def all_of(data: bytes, budget: Budget, open_with: str | None = None) -> list[Block]:
    return list(blocks(memoryview(data), 0, budget, Derived(), open_with))


def test_plain(new_budget: MakeBudget) -> None:
    found = all_of(PLAIN + b"behind", new_budget())
    assert [block.kind for block in found] == [MAIN, FILE, END]
    assert all(block.sound for block in found)
    assert PLAIN[found[1].data : found[1].end] == b"text"
    assert found[2].end == len(PLAIN)


def test_locked(new_budget: MakeBudget) -> None:
    assert [block.kind for block in all_of(LOCKED, new_budget())] == [ENCRYPTION]
    opened = all_of(LOCKED, new_budget(), "infected")
    assert [block.kind for block in opened] == [ENCRYPTION, MAIN, FILE, END]
    assert opened[-1].end == len(LOCKED)


def test_first_header_tells_the_password(new_budget: MakeBudget) -> None:
    (encryption,) = all_of(LOCKED, new_budget())
    keys = header_keys(encryption, Derived())
    view = memoryview(LOCKED)
    assert first_header_holds(view, encryption.end, keys, "infected")
    assert not first_header_holds(view, encryption.end, keys, "wrong")
    assert not first_header_holds(view, len(view), keys, "infected")


def test_an_encryption_of_the_future() -> None:
    block = Block(ENCRYPTION, 0, vints(9, 0) + bytes(17), b"", 0, 0, 0, sound=True)
    with pytest.raises(ContentMalformed):
        header_keys(block, Derived())


def test_a_wrong_checksum_is_told(new_budget: MakeBudget) -> None:
    found = all_of(PLAIN.replace(b"a.txt", b"b.txt"), new_budget())
    assert [block.sound for block in found] == [True, False, True]


def test_records() -> None:
    area = vints(3, 4, 0, 7) + vints(2, 99) + b"x"
    block = Block(FILE, 0, b"", area, 0, 0, 0, sound=True)
    assert [(kind, fields.rest()) for kind, fields in block.records()] == [
        (4, b"\0\7"),
        (99, b"x"),
    ]


@pytest.mark.parametrize("cut", [9, 12, 30])
def test_cut(new_budget: MakeBudget, cut: int) -> None:
    with pytest.raises(ContentMalformed):
        all_of(PLAIN[:cut], new_budget())


def test_first_block() -> None:
    assert first_block(memoryview(PLAIN), 8).kind == MAIN
    assert first_block(memoryview(LOCKED), 8).kind == ENCRYPTION
