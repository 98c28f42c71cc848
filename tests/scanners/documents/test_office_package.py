"""Whole documents: honest ones say nothing bad, and what two parts do together is seen."""

import io
import zipfile
from collections.abc import Callable

import pytest

from samples import builders
from samples import office_parts as o
from scanners.budget import Budget
from scanners.model import DetectionLevel, Examination
from tests.scanners.documents.honest import documents

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
HONEST = dict(documents())
AUTO = b'<?xml version="1.0"?><workbook><definedName name="_xlnm.Auto_Open">M!A1</definedName>'
EXEC = b'<?xml version="1.0"?><macrosheet><f>EXEC("calc")</f></macrosheet>'


@pytest.mark.parametrize("name", HONEST)
def test_honest_documents_say_nothing_bad(name: str, run: Examine) -> None:
    found = run(HONEST[name], name=name)
    assert [d for d in found.detections if d.level is not DetectionLevel.INFO] == []
    assert found.unscanned == ()


def test_two_parts_together(run: Examine, findings: Findings) -> None:
    parts = {"xl/workbook.xml": AUTO, "xl/macrosheets/a.xml": EXEC}
    assert findings(run(o.office_xml(parts), name="a.xlsm")) == {"document.macro"}


def test_one_part_alone(run: Examine, findings: Findings) -> None:
    parts = {"xl/workbook.xml": b"<workbook/>", "xl/macrosheets/a.xml": EXEC}
    assert findings(run(o.office_xml(parts), name="a.xlsm")) == {"document.macro?"}


def test_an_ordinary_archive_is_not_asked(run: Examine, findings: Findings) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", AUTO)
        archive.writestr("xl/macrosheets/a.xml", EXEC)
    assert findings(run(stream.getvalue(), name="a.zip")) == set()


PROGRAM, WORD = builders.pe(), {"word/document.xml": o.word_text("")}
EMBEDDED = "embedded.executable"


@pytest.mark.parametrize("method", [builders.STORED, builders.DEFLATED])
def test_a_program_among_the_parts(method: int, run: Examine) -> None:
    parts = {"[Content_Types].xml": o.TYPES, **WORD, "word/media/image1.bin": PROGRAM}
    found = run(builders.zip_of(parts, method=method), name="a.docx")
    (embedded,) = (d for d in found.detections if d.code.value == EMBEDDED)
    assert embedded.path == ("word/media/image1.bin",)


def test_programs_belong_into_other_packages(run: Examine, findings: Findings) -> None:
    parts = {"tool.nuspec": b"<package/>", "lib/net/tool.dll": builders.pe(dll=True)}
    assert EMBEDDED not in findings(run(o.office_xml(parts), name="tool.nupkg"))


def test_two_letters_are_no_program(run: Examine, findings: Findings) -> None:
    parts = {**WORD, "word/notes.bin": b"MZ is how programs begin " * 9}
    assert findings(run(o.office_xml(parts), name="a.docx")) == set()


def test_a_budget_that_ends_is_told(
    run: Examine, findings: Findings, new_budget: MakeBudget
) -> None:
    data = o.office_xml({"xl/workbook.xml": AUTO, "xl/macrosheets/a.xml": EXEC})
    assert "unscanned.too_large" in findings(run(data, new_budget(size=50), name="a.xlsm"))
