"""The tree: what was found stands at the file in which it was found."""

from typing import Any

import pytest

from api.pages.tree import SHOWN, Node, grow
from scanners.model import Family, FileType, TypeNode
from tests.api.pages import scenes
from verdicts.record import types_row


def row(
    types: TypeNode | None, *found: dict[str, Any], gaps: tuple[Any, ...] = ()
) -> dict[str, Any]:
    return {"types": types and types_row(types), "detections": found, "unscanned": gaps}


def found(level: str, *path: str) -> dict[str, Any]:
    return {"level": level, "path": list(path), "name": "x"}


def test_no_worker_could_say() -> None:
    assert grow(row(None)) is None


def test_each_finding_at_its_file() -> None:
    gap = {"reason": "encrypted", "path": ["read me.pdf"]}
    worm, trick = found("malicious", "in.zip", "a.exe"), found("suspicious")
    root = grow(row(scenes.NESTED, worm, trick, gaps=(gap,)))
    assert root
    assert (root.type, root.worst) == ("zip", "suspicious")
    inner, document, picture = root.children
    assert [child.worst for child in inner.children] == ["malicious", ""]
    assert (inner.worst, document.gaps, picture.detections) == ("", (gap,), ())


def test_worst_of_several() -> None:
    root = grow(row(TypeNode(scenes.PE), found("info"), found("malicious"), found("suspicious")))
    assert root
    assert root.worst == "malicious"


def test_deep_paths_are_kept_from_the_inside() -> None:
    node = TypeNode(scenes.PE, "worm.exe")
    for depth in range(20):
        node = TypeNode(scenes.ZIP, f"{depth}.zip" if depth < 19 else "", (node,))
    path = [f"{depth}.zip" for depth in range(6, -1, -1)] + ["worm.exe"]
    root = grow(row(node, found("malicious", *path)))
    assert root
    while root.children:
        assert root.worst == ""
        (root,) = root.children
    assert root.worst == "malicious"


def nodes(root: Node) -> list[Node]:
    return [root, *(one for child in root.children for one in nodes(child))]


def test_of_a_large_tree_what_was_found_is_drawn() -> None:
    crowd = [TypeNode(scenes.PDF, f"{number}.pdf") for number in range(200)]
    worm = TypeNode(scenes.ZIP, "in.zip", (*crowd[:50], TypeNode(scenes.PE, "a.exe")))
    types = TypeNode(scenes.ZIP, children=(*crowd, worm))
    root = grow(row(types, found("malicious", "in.zip", "a.exe"), found("info", "7.pdf")))
    assert root
    drawn = nodes(root)
    assert len(drawn) == SHOWN
    assert [one.name for one in drawn if one.worst == "malicious"] == ["a.exe"]
    assert [child.name for child in root.children[:2]] == ["0.pdf", "1.pdf"]
    assert root.children[-1].name == "in.zip"
    assert len(drawn) + sum(one.unshown for one in drawn) == 1 + 200 + 1 + 51


@pytest.mark.parametrize("family", Family)
def test_every_family_has_words(family: Family) -> None:
    kind = FileType("x", "x/x", family)
    root = grow(row(TypeNode(kind)))
    assert root
    assert root.family_words
