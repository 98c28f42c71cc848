"""Macros of a compound file, through the whole bench: detections, and sources as children."""

from collections.abc import Callable

import pytest

from samples.compound_tree import Tree, compound
from samples.vba import vba_storage
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
EXEC = 'Sub AutoOpen()\n  Shell "calc"\nEnd Sub\n'
QUIET = 'Sub Twice()\n  MsgBox "twice"\nEnd Sub\n'
SAID, HINTED = "document.macro", "document.macro?"
CASES: dict[str, tuple[dict[str, str], set[str]]] = {
    "runs by itself and starts something": ({"ThisDocument": EXEC}, {SAID}),
    "in two modules": (
        {
            "ThisDocument": "Sub Document_Open()\n  b\nEnd Sub\n",
            "M": 'Sub b()\n Shell "c"\nEnd Sub',
        },
        {SAID},
    ),
    "starts something when asked to": ({"M": EXEC.replace("AutoOpen", "Go")}, {HINTED}),
    "runs by itself and does no harm": ({"M": QUIET.replace("Twice", "AutoOpen")}, {HINTED}),
    "only attributes": ({"ThisDocument": ""}, set()),
}


def document(project: Tree) -> bytes:
    return compound({"WordDocument": b"\xec\xa5\xc1\0" * 8, "Macros": project})


@pytest.mark.parametrize("modules, expected", CASES.values(), ids=CASES)
def test_macros(
    modules: dict[str, str], expected: set[str], run: Examine, findings: Findings
) -> None:
    assert findings(run(document(vba_storage(modules)), name="letter.doc")) == expected


def test_the_detail_names_start_and_call(run: Examine) -> None:
    (found,) = run(document(vba_storage({"ThisDocument": EXEC}))).detections
    assert (found.name, found.path) == ("auto_run", ())
    assert "AutoOpen" in found.detail
    assert "Shell" in found.detail


def test_sources_are_texts_that_clamd_and_rules_see(run: Examine) -> None:
    found = run(document(vba_storage({"ThisDocument": EXEC, "Module1": QUIET, "Empty": ""})))
    assert found.types is not None
    shown = {node.name: node.file_type for node in found.types.children}
    assert set(shown) == {"ThisDocument.cls", "Module1.bas"}
    assert {file_type.name for file_type in shown.values()} == {"text"}
    assert any(b"Shell" in bytes(part.view) for part in found.extracted)


def test_a_program_in_base64_within_a_source_is_found(run: Examine) -> None:
    from base64 import b64encode

    from samples import builders

    text = b64encode(builders.pe()).decode()
    lines = "".join(f'x = x & "{text[at : at + 800]}"\n' for at in range(0, len(text), 800))
    found = run(document(vba_storage({"M": f'Sub a()\nx = "{text}"\n{lines}End Sub\n'})))
    assert any(bytes(part.view).startswith(b"MZ") for part in found.extracted)


def test_lost_sources_are_told(run: Examine, findings: Findings) -> None:
    project = vba_storage({"ThisDocument": EXEC})
    streams = project["VBA"]
    assert not isinstance(streams, bytes)
    wiped = run(document({"VBA": {**streams, "ThisDocument": bytes(99)}}))
    listless = run(document({"VBA": {**streams, "dir": bytes(99)}}))
    assert {d.name for d in wiped.detections} == {"unreadable"}
    assert {d.name for d in listless.detections} == {"auto_run", "unreadable"}
    assert findings(wiped) == findings(listless) == {SAID}
