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


HEADS = {
    "wim": [b"MSWIM\0\0\0"],
    "lzop": [b"\x89LZO\0\r\n\x1a\n\x10\x40"],
    "lrzip": [b"LRZI\0\6"],
    "zoo": [b"ZOO 2.10 Archive.\x1a\0\0\xdc\xa7\xc4\xfd", bytes(20) + b"\xdc\xa7\xc4\xfd"],
    "stuffit": [
        b"SIT!\0\1\0\0\0\0rLau", b"ST65\0\1\0\0\0\0rLau", b"StuffIt!",
        b"StuffIt (c)1997-2002 Aladdin Systems, Inc., http://www.aladdinsys.com/StuffIt/\r\n",
    ],
    "cramfs": [
        bytes(room) + magic + bytes(12) + b"Compressed ROMFS"
        for room in (0, 512) for magic in (b"\x45\x3d\xcd\x28", b"\x28\xcd\x3d\x45")
    ],
    "romfs": [b"-rom1fs-"],
}  # fmt: skip


@pytest.mark.parametrize("name, head", [(name, head) for name in HEADS for head in HEADS[name]])
def test_it_is_named_in_the_tree(
    run: Callable[..., Examination],
    findings: Callable[[Examination], set[str]],
    name: str,
    head: bytes,
) -> None:
    found = run(head + bytes(300))
    assert found.types is not None
    assert (found.types.file_type.name, findings(found)) == (name, {"unscanned.malformed"})


@pytest.mark.parametrize("text", [b"LRZI is no file.", b"SIT! he said", b"StuffIt is old", b"ZOO "])
def test_words_are_no_heads(
    run: Callable[..., Examination], findings: Callable[[Examination], set[str]], text: bytes
) -> None:
    assert findings(run(text + b" Plain text.\n" * 20, name="a.txt")) == set()
