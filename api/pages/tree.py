"""The type tree of a verdict as a page draws it: a node a file, with what was found there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.show import Row
from scanners.model import Family
from verdicts.words import FAMILIES

KEPT = 8
"""Names of a path that the log keeps: the innermost."""
WORST = ("malicious", "suspicious", "info")
Path = tuple[str, ...]
Items = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    """Empty for the transferred file, and for what nothing names."""
    type: str
    kind: str
    family: str
    detections: tuple[Mapping[str, Any], ...]
    gaps: tuple[Mapping[str, Any], ...]
    children: tuple["Node", ...]

    @property
    def worst(self) -> str:
        """Level of the worst detection in this very file; empty if there is none."""
        levels = {one["level"] for one in self.detections}
        return next((level for level in WORST if level in levels), "")

    @property
    def family_words(self) -> str:
        return FAMILIES[Family(self.family)]


def grow(row: Row) -> Node | None:
    """Return the tree; None if no worker could say what the file is."""
    types = row["types"]
    return _node(types, (), row["detections"], row["unscanned"]) if types else None


def _node(types: Mapping[str, Any], path: Path, found: Items, gaps: Items) -> Node:
    children = types["children"]
    return Node(
        types["name"],
        types["type"],
        types["kind"],
        types["family"],
        tuple(_at(path, found)),
        tuple(_at(path, gaps)),
        tuple(_node(one, (*path, one["name"]), found, gaps) for one in children),
    )


def _at(path: Path, items: Items) -> Iterator[Mapping[str, Any]]:
    return (one for one in items if tuple(one["path"]) == path[-KEPT:])
