"""The type tree of a verdict as a page draws it: a node a file, with what was found there."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.show import Row
from scanners.model import Family
from verdicts.words import FAMILIES

KEPT = 8
"""Names of a path that the log keeps: the innermost."""
SHOWN = 60
"""Nodes drawn; the raw verdict has them all."""
WORST = ("malicious", "suspicious", "info")
Path = tuple[str, ...]
Place = tuple[int, ...]
"""Where a node stands: its number among the children of its parent, after those of the parent."""
Item = Mapping[str, Any]
Items = Mapping[Path, tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    """Empty for the transferred file, and for what nothing names."""
    type: str
    kind: str
    family: str
    detections: tuple[Item, ...]
    gaps: tuple[Item, ...]
    children: tuple["Node", ...]
    unshown: int
    """Children that are not among `children`, as the page would be too long."""

    @property
    def worst(self) -> str:
        """Level of the worst detection in this very file; empty if there is none."""
        levels = {one["level"] for one in self.detections}
        return next((level for level in WORST if level in levels), "")

    @property
    def family_words(self) -> str:
        return FAMILIES[Family(self.family)]


@dataclass(frozen=True, slots=True)
class _Finds:
    detections: Items
    gaps: Items
    shown: Container[Place]


def grow(row: Row) -> Node | None:
    """Return the tree, of SHOWN nodes at most; None if no worker could say what the file is."""
    types = row["types"]
    if not types:
        return None
    against = [one for one in row["detections"] if one["level"] != "info"]
    told = {tuple(one["path"]) for one in (*against, *row["unscanned"])}
    shown = _choose(dict(_walk(types)), told)
    return _node(
        types, (), (), _Finds(_by_path(row["detections"]), _by_path(row["unscanned"]), shown)
    )


def _by_path(items: Sequence[Item]) -> Items:
    found: dict[Path, tuple[Item, ...]] = {}
    for one in items:
        path = tuple(one["path"])
        found[path] = (*found.get(path, ()), one)
    return found


def _walk(types: Item, place: Place = (), path: Path = ()) -> Iterator[tuple[Place, Path]]:
    """Yield all nodes, from the outside in: where they stand, and the path that the log keeps."""
    yield place, path
    for number, child in enumerate(types["children"]):
        yield from _walk(child, (*place, number), (*path, child["name"])[-KEPT:])


def _choose(nodes: Mapping[Place, Path], told: Container[Path]) -> set[Place]:
    """Return the nodes to draw with all around them: where there is something to tell, then all."""
    chosen: set[Place] = set()
    for place in sorted(nodes, key=lambda one: nodes[one] not in told):
        line = {place[:depth] for depth in range(len(place) + 1)}
        if len(chosen | line) <= SHOWN:
            chosen |= line
    return chosen


def _node(types: Item, place: Place, path: Path, finds: _Finds) -> Node:
    children = tuple(
        _node(one, (*place, number), (*path, one["name"])[-KEPT:], finds)
        for number, one in enumerate(types["children"])
        if (*place, number) in finds.shown
    )
    return Node(
        types["name"],
        types["type"],
        types["kind"],
        types["family"],
        finds.detections.get(path, ()),
        finds.gaps.get(path, ()),
        children,
        len(types["children"]) - len(children),
    )
