"""What nobody here can look into says so, under its own name in the tree."""

from collections.abc import Callable

import pytest

from scanners.archives.container import READERS
from scanners.archives.streams import FORMATS
from scanners.archives.unopened import UNOPENED, UnopenedContainer
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.model import Content, Examination, Family, FileType, Report
from scanners.types.table import TypeTable

MakeBudget = Callable[..., Budget]


@pytest.mark.parametrize("name", sorted(UNOPENED))
def test_it_is_a_gap(new_budget: MakeBudget, name: str) -> None:
    kind = FileType(name, "application/octet-stream", Family.ARCHIVE)
    content = Content(memoryview(b"x"), file_type=kind)
    with pytest.raises(ContentMalformed):
        UnopenedContainer().scan(content, new_budget())
    coded = Content(memoryview(b"x"), file_type=kind, codings=("gzip",))
    assert UnopenedContainer().scan(coded, new_budget()) == Report()


@pytest.mark.parametrize("name", ["zip", "text", "tar"])
def test_others_are_not(new_budget: MakeBudget, name: str) -> None:
    kind = FileType(name, "application/octet-stream", Family.ARCHIVE)
    content = Content(memoryview(b"x"), file_type=kind)
    assert UnopenedContainer().scan(content, new_budget()) == Report()


@pytest.mark.parametrize("name", sorted(UNOPENED | READERS.keys() | FORMATS.keys()))
def test_its_type_is_in_the_table(table: TypeTable, name: str) -> None:
    assert table.named(name).name == name


def test_it_is_named_in_the_tree(
    run: Callable[..., Examination], findings: Callable[[Examination], set[str]]
) -> None:
    found = run(b"MSWIM\0\0\0" + bytes(300), name="disc.wim")
    assert found.types is not None
    assert (found.types.file_type.name, findings(found)) == ("wim", {"unscanned.malformed"})
