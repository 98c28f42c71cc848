"""The tree of types in a worker's report."""

import json
from collections import Counter

from scanners.model import UNKNOWN_TYPE, Family, FileType, TypeNode
from scanners.names import extension, readings
from scanners.worker.messages import MalformedReport
from scanners.worker.rows import (
    CUT,
    clip,
    clip_middle,
    fitting,
    read_flag,
    read_list,
    read_member,
    read_number,
    read_parts,
    read_text,
)

KiB = 1024
NODES, NODES_TEXT = 1024, 40 * KiB
WORD, NAME = 100, 255
TREE_DEPTH = 64
"""Whoever reads the tree may recurse."""
STAND_INS, STAND_INS_TEXT = 100, 6 * KiB
"""Kinds of parts that did not fit."""
EXTENSION = 16
"""Letters of their extensions; no program's is longer."""


def encode_types(root: TypeNode | None) -> tuple[list[str], bool]:
    """Flatten the tree, upper levels first; a row starts with the index of its parent.

    What does not fit is counted.  For parts of the message (not the members of archives) one more
    node a type and extension stands for them, so that policy still knows of each: False if those
    do not fit either.
    """
    if root is None:
        return [], True
    flat = [(0, 0, root.member, root)]
    for index, (_, depth, packed, node) in enumerate(flat):  # grows while we walk: breadth first
        flat.extend((index, depth + 1, packed or child.member, child) for child in node.children)
    shown = [(parent, node) for parent, depth, _, node in flat if depth < TREE_DEPTH]
    encoded, kept = fitting((_node_parts(*pair) for pair in shown), NODES, NODES_TEXT)
    missing = flat[kept:]
    kinds = Counter(kind for *_, packed, node in missing if not packed for kind in _kinds(node))
    more = [TypeNode(kind, f"{CUT} and {n} more{ext}") for (kind, ext), n in kinds.most_common()]
    rows, stood = fitting((_node_parts(0, node) for node in more), STAND_INS, STAND_INS_TEXT)
    if members := sum(packed for *_, packed, _ in missing):
        rest = TypeNode(UNKNOWN_TYPE, f"{CUT} and {members} more", member=True)
        rows.append(json.dumps(_node_parts(0, rest)))
    return encoded + rows, stood == len(kinds)


def _kinds(node: TypeNode) -> set[tuple[FileType, str]]:
    letters = {extension(reading)[:EXTENSION] for reading in readings(node.name)} or {""}
    return {(node.file_type, f".{each}" if each else "") for each in letters}


def read_types(flat: object) -> TypeNode | None:
    """Join the flat list to a tree again; a parent stands before its children."""
    rows = [read_parts(item, 7) for item in read_list(flat, NODES + STAND_INS + 1)]
    parents = [read_number(row[0]) for row in rows]
    depths: list[int] = []
    for index, parent in enumerate(parents):
        if parent >= max(index, 1):
            raise MalformedReport("a member stands before its container")
        depths.append(depths[parent] + 1 if index else 0)
    if max(depths, default=0) >= TREE_DEPTH:
        raise MalformedReport("the tree is too deep")
    children: list[list[TypeNode]] = [[] for _ in rows]
    node = None
    for index in range(len(rows) - 1, -1, -1):
        _, name, mime, family, kind, node_name, member = rows[index]
        file_type = FileType(
            read_text(name, WORD),
            read_text(mime, NAME),
            read_member(Family, family),
            read_text(kind, WORD),
        )
        inside = tuple(reversed(children[index]))
        node = TypeNode(file_type, read_text(node_name, NAME), inside, read_flag(member))
        children[parents[index]].append(node)
    return node


def _node_parts(parent: int, node: TypeNode) -> list[object]:
    file_type = node.file_type
    texts = (clip(file_type.name, WORD), clip(file_type.mime, NAME))
    kind = clip(file_type.kind, WORD)
    return [parent, *texts, file_type.family, kind, clip_middle(node.name, NAME), node.member]
