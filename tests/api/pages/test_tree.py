"""The tree: what was found stands at the file in which it was found."""

from typing import Any

import pytest

from api.pages.tree import grow
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


@pytest.mark.parametrize("family", Family)
def test_every_family_has_words(family: Family) -> None:
    kind = FileType("x", "x/x", family)
    root = grow(row(TypeNode(kind)))
    assert root
    assert root.family_words
