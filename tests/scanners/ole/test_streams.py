"""Streams of documents through the bench: what is dropped into them, and what they say."""

from collections.abc import Callable

import pytest

from samples import builders
from samples import office_parts as o
from samples.compound_tree import Tree, compound
from samples.vba import vba_storage
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
WORD: Tree = {"WordDocument": b"\xec\xa5\xc1\0" * 8}
PE, EMBEDDED = builders.pe(), "embedded.executable"


def dropped(name: str, data: bytes) -> Tree:
    return {**WORD, "ObjectPool": {"_1": {"\x01Ole10Native": o.package(name, data)}}}


CASES: dict[str, tuple[Tree, set[str]]] = {
    "a program": (dropped("a.exe", PE), {EMBEDDED, "archive.executable?"}),
    "a program under another name": (
        dropped("a.pdf", PE),
        {EMBEDDED, "archive.executable?", "disguise.extension"},
    ),
    "a batch file": (dropped("a.bat", b"start calc\r\n"), {EMBEDDED}),
    "a picture": (dropped("a.png", builders.png()), set()),
    "a stream that is a program": (
        {**WORD, "Attached": PE}, {EMBEDDED, "archive.executable?"},
    ),
    "a program of a file that is no document": ({"VSMPE": PE}, {"archive.executable?"}),
    "an archive": ({**WORD, "Package": builders.zip_of({"a.txt": b"a"})}, set()),
    "a picture of an object": ({**WORD, "\x02OlePres000": PE}, set()),
    "Excel 4": ({"Workbook": o.macro_workbook(o.exec_formula("calc"))}, {"document.macro"}),
    "a field": (
        {"WordDocument": bytes(600) + b'\x13 DDE cmd.exe "/c calc" \x14'}, {"document.external"},
    ),
    "all of it within a storage": (
        {"MBD1": {"Book": o.macro_workbook(o.exec_formula("calc"))}}, {"document.macro"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("tree, expected", CASES.values(), ids=CASES)
def test_streams(tree: Tree, expected: set[str], run: Examine, findings: Findings) -> None:
    assert findings(run(compound(tree))) == expected


@pytest.mark.parametrize("compressed", [True, False])
def test_storages_in_presentations(compressed: bool, run: Examine, findings: Findings) -> None:
    macro = compound(vba_storage({"M": 'Sub Auto_Open()\n Shell "calc"\nEnd Sub'}))
    stream = o.presentation(macro, compressed=compressed)
    found = run(compound({"PowerPoint Document": stream}), name="a.ppt")
    assert findings(found) == {"document.macro"}
    assert macro in [bytes(part.view) for part in found.extracted]


def test_a_broken_storage_in_a_presentation_is_a_gap(run: Examine, findings: Findings) -> None:
    stream = o.presentation(b"x" * 900)
    at = stream.index(b"\x78\x9c")
    broken = stream[: at + 4] + b"\xff\xff" + stream[at + 6 :]
    assert "unscanned.malformed" in findings(run(compound({"PowerPoint Document": broken})))


def test_a_presentation_that_unpacks_to_far_too_much(run: Examine, findings: Findings) -> None:
    found = run(compound({"PowerPoint Document": o.presentation(bytes(40_000_000))}))
    assert "archive.bomb" in findings(found)
