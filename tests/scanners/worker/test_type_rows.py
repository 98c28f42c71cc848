"""The tree of types: as much as fits, and of the rest what policy asks for."""

import json

import pytest

from scanners.model import UNKNOWN_TYPE, Examination, Family, FileType, Reason, TypeNode, Unscanned
from scanners.worker.reports import REPORT_BYTES, decode_report, encode_report
from scanners.worker.type_rows import NODES, STAND_INS, TREE_DEPTH, encode_types, read_types

PE = FileType("pe", "application/x-dosexec", Family.PROGRAM)
LEAF = TypeNode(UNKNOWN_TYPE, "leaf")
CROWD = 3000 * (LEAF,)


def back(root: TypeNode) -> TypeNode:
    rows, _ = encode_types(root)
    tree = read_types([json.loads(row) for row in rows])
    assert tree is not None
    return tree


def test_no_tree() -> None:
    assert encode_types(None) == ([], True)
    assert read_types([]) is None


def test_a_wide_tree_and_a_deep_tree_say_what_they_lack() -> None:
    wide = back(TypeNode(UNKNOWN_TYPE, "", CROWD))
    shown = len(wide.children)
    assert shown <= NODES
    assert wide.children[-1].name == f"… and {3001 - shown} more"
    deep = LEAF
    for _ in range(2 * TREE_DEPTH):
        deep = TypeNode(UNKNOWN_TYPE, "", (deep,))
    assert back(deep).children[-1].name == f"… and {TREE_DEPTH + 1} more"


def test_parts_that_do_not_fit_leave_their_type_and_extension() -> None:
    parts = (*CROWD, TypeNode(PE, "a"), TypeNode(UNKNOWN_TYPE, "b.exe\0.jpg"))
    wide = back(TypeNode(UNKNOWN_TYPE, "", parts))
    missing = {(node.file_type, node.name.partition(" more")[2]) for node in wide.children[-4:]}
    assert missing == {(PE, ""), (UNKNOWN_TYPE, ""), (UNKNOWN_TYPE, ".exe"), (UNKNOWN_TYPE, ".jpg")}
    assert not any(node.member for node in wide.children)


def test_members_of_archives_that_do_not_fit_are_only_counted() -> None:
    archive = TypeNode(UNKNOWN_TYPE, "", (TypeNode(PE, "a.exe"),), member=True)
    wide = back(TypeNode(UNKNOWN_TYPE, "", (*CROWD, archive)))
    rest = wide.children[-1]
    assert (rest.name, rest.file_type, rest.member) == ("… and 2 more", UNKNOWN_TYPE, True)


def test_too_many_kinds_of_parts_are_a_gap() -> None:
    kinds = tuple(
        TypeNode(UNKNOWN_TYPE, "a." + "\U0001f600" * 13 + str(n)) for n in range(STAND_INS)
    )
    tree = TypeNode(UNKNOWN_TYPE, "", (*CROWD, *kinds))
    _, whole = encode_types(tree)
    assert not whole
    data = encode_report(1, 1, Examination(tree), ())
    assert len(data) <= REPORT_BYTES
    found = decode_report(data, 0).examination
    assert found.unscanned == (Unscanned("worker", Reason.TOO_MANY),)


@pytest.mark.parametrize("length", [255, 256, 5000])
def test_an_endless_name_keeps_its_end(length: int) -> None:
    name = ("x" * length)[:-4] + ".exe"
    kept = back(TypeNode(UNKNOWN_TYPE, name)).name
    assert len(kept) <= 255
    assert (kept == name) is (length == 255)
    assert kept.endswith("xxx.exe")
