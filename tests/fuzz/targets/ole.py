"""Compound files: read within bounds, and a planted program beside hostile streams is found.

Input: a compound file; taken as the streams of another one as well.
"""

from pathlib import Path

from samples.compound_tree import Tree, compound
from samples.office_parts import package
from scanners.errors import ContentMalformed
from scanners.kit import Kit
from scanners.model import Content
from scanners.ole.compound import MAX_DEPTH, open_compound
from scanners.ole.container import OleContainer
from scanners.types.table import read_type_table
from tests.fuzz.tree import PROGRAM, TYPES, all_nodes, examine_once, examine_twice

TABLE = read_type_table(Path(__file__).parents[3] / "rules" / "types.toml")
SCANNER = OleContainer(Kit(TABLE, TYPES.identify))
NAMES = ("WordDocument", "1Table", "Workbook", "PowerPoint Document", "\x01Ole", "CONTENTS")


def fuzz_one(data: bytes) -> None:
    examine_twice(Content(memoryview(data), name="a.doc"), SCANNER)
    check_streams(data)
    size = len(data) // len(NAMES) + 1
    streams: dict[str, bytes | Tree] = {
        name: data[at * size : (at + 1) * size] for at, name in enumerate(NAMES)
    }
    project: Tree = {"VBA": {"dir": data[:200], "_VBA_PROJECT": data[200:300], "M": data[300:]}}
    native: Tree = {"\x01Ole10Native": package("a.exe", PROGRAM)}
    whole = compound({**streams, "Macros": project, "_1": native})
    found = examine_once(Content(memoryview(whole), name="a.doc"), (SCANNER,))
    assert found.types is not None
    planted = any(node.file_type.name == "pe" for node in all_nodes(found.types))
    assert planted or found.unscanned, "what stands beside it hides a file"


def check_streams(data: bytes) -> None:
    """No stream is longer than the file, no path endless, no entry listed twice."""
    try:
        opened = open_compound(memoryview(data))
    except ContentMalformed:
        return
    for entry in opened.streams():
        assert len(opened.read(entry)) <= len(data)
        assert len(opened.path(entry)) <= MAX_DEPTH
    listed = [entry for storage in opened.storages() for entry in opened.inside(storage.number)]
    assert len(listed) == len(opened.entries) - 1
