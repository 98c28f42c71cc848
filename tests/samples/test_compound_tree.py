"""Compound files of the samples are what another reader takes them for."""

import olefile
import pytest

from samples.compound_tree import Tree, compound

TREE: Tree = {"short": b"s", "long": b"l" * 5000, "a": {"b": {"deep": b"d" * 70}, "empty": b""}}


@pytest.mark.parametrize("wide", [False, True])
def test_another_reader_finds_all(wide: bool) -> None:
    with olefile.OleFileIO(compound(TREE, class_id=bytes(range(16)), wide=wide)) as ole:
        found = {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}
        assert ole.parsing_issues == []
        assert ole.root.clsid
    assert found == {"short": b"s", "long": b"l" * 5000, "a/b/deep": b"d" * 70, "a/empty": b""}


def test_the_table_may_need_more_than_one_sector() -> None:
    with olefile.OleFileIO(compound({"long": bytes(200_000)})) as ole:
        assert ole.get_size("long") == 200_000


def test_what_the_header_cannot_list_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        compound({"long": bytes(8_000_000)})
