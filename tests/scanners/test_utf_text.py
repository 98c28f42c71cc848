"""Texts in UTF-16 and UTF-32: what parsers of JSON and XML make of them."""

import json

import pytest

from scanners import utf_text
from scanners.budget import Budget
from scanners.errors import ContentTooLarge
from scanners.utf_text import as_utf8, is_wide
from tests.scanners.conftest import MakeBudget

TEXT = json.dumps({"name": "a"})[:-1] + ', "b": "é😀日本"}'
ENCODINGS = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("piece", [4, 8, 1024])
def test_wide_text(
    encoding: str, piece: int, new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(utf_text, "PIECE", piece)
    found = as_utf8(memoryview(TEXT.encode(encoding)), new_budget())
    assert found is not None
    assert bytes(found) == TEXT.encode()


@pytest.mark.parametrize("data", [TEXT.encode(), TEXT.encode("utf-8-sig"), b"", b"\0", b"\0\0\0\0"])
def test_other_bytes(data: bytes, new_budget: MakeBudget) -> None:
    assert as_utf8(memoryview(data), new_budget()) is None


@pytest.mark.parametrize("data", [b"\xff\xfea\0b", b"\xff\xfe\x00\xd8", b"\0a\0b\xd8\0\0b"])
def test_broken_text_is_read_as_far_as_it_goes(data: bytes, new_budget: MakeBudget) -> None:
    assert as_utf8(memoryview(data), new_budget()) is not None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_may_be_wide(encoding: str) -> None:
    assert is_wide(memoryview(TEXT.encode(encoding)))


@pytest.mark.parametrize("data", [TEXT.encode(), b"", b"R\0\0\0", b"MZ\x90\0", bytes(8)])
def test_what_is_not_wide(data: bytes) -> None:
    assert not is_wide(memoryview(data))


def test_budget(new_budget: MakeBudget) -> None:
    budget: Budget = new_budget(size=5)
    with pytest.raises(ContentTooLarge):
        as_utf8(memoryview(TEXT.encode("utf-16")), budget)
