"""Parts of a document: found by name, read within bounds, absent if they cannot be read."""

from collections.abc import Callable

import pytest

from samples import builders
from scanners.budget import Budget
from scanners.documents.parts import Parts, read_parts
from scanners.errors import ContentTooLarge

MakeBudget = Callable[..., Budget]
FILES = {"xl/workbook.xml": b"<workbook/>", "xl/macroSheets/a.xml": b"<f/>", "b.txt": b"b" * 999}


def parts(method: int = builders.DEFLATED) -> Parts:
    return read_parts(memoryview(builders.zip_of(FILES, method=method)))


@pytest.mark.parametrize("method", [builders.STORED, builders.DEFLATED])
def test_read(method: int, new_budget: MakeBudget) -> None:
    for name, data in FILES.items():
        assert bytes(parts(method).read(name, new_budget())) == data


@pytest.mark.parametrize("method", [builders.STORED, builders.DEFLATED])
def test_begins(method: int) -> None:
    assert parts(method).begins("xl/workbook.xml", 5) == b"<work"
    assert parts(method).begins("b.txt", 5000) == b"b" * 999


def test_a_part_that_does_not_unpack_begins_with_nothing() -> None:
    data = bytearray(builders.zip_of({"b.txt": b"b" * 999}))
    data[35:40] = b"\xff" * 5
    assert read_parts(memoryview(bytes(data))).begins("b.txt", 9) == b""


def test_what_cannot_be_read_is_empty(new_budget: MakeBudget) -> None:
    locked = read_parts(memoryview(builders.encrypted_zip(FILES)))
    assert bytes(locked.read("b.txt", new_budget())) == b""
    assert bytes(parts().read("c.txt", new_budget())) == b""
    assert bytes(parts(builders.LZMA).read("b.txt", new_budget())) == b""
    data = builders.zip_of(FILES).replace(b"PK\3\4", b"PK\3\5")
    assert bytes(read_parts(memoryview(data)).read("b.txt", new_budget())) == b""


def test_within_does_not_mind_case() -> None:
    assert parts().within("XL/macrosheets/") == ["xl/macroSheets/a.xml"]


def test_no_archive_no_parts() -> None:
    assert read_parts(memoryview(b"no archive")).entries == {}
    cut = builders.zip_of(FILES).replace(b"PK\1\2", b"PK\1\3")
    assert read_parts(memoryview(cut)).entries == {}


def test_bytes_are_counted(new_budget: MakeBudget) -> None:
    budget = new_budget(size=1000)
    parts().read("b.txt", budget)
    assert budget.bytes_left == 1


def test_a_budget_that_ends_is_told(new_budget: MakeBudget) -> None:
    with pytest.raises(ContentTooLarge):
        parts().read("b.txt", new_budget(size=10))
