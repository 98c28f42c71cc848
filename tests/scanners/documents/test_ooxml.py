"""Parts in XML through the bench: links, fields, DDE, actions, controls."""

from collections.abc import Callable

import pytest

from samples import office_parts as o
from scanners.documents.ooxml import field_codes
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
SAID, HINTED = "document.external", "document.external?"
HEAD = '<?xml version="1.0"?>'


def part(markup: str) -> bytes:
    return (HEAD + markup).encode()


CASES: dict[str, tuple[bytes, set[str]]] = {
    "a template from elsewhere": (
        o.relations([("attachedTemplate", "http://a.example/t.dotm")]), {SAID}
    ),
    "a template of one's own": (
        o.relations([("attachedTemplate", "file:///C:\\Users\\me\\t.dotx")]), {HINTED}
    ),
    "hyperlinks and pictures": (
        o.relations([("hyperlink", "http://a.example/a.exe"), ("image", "http://a.example/b")]),
        set(),
    ),
    "a field": (o.word_text(o.field("DDEAUTO cmd.exe /c calc")), {SAID}),
    "a field in pieces": (o.word_text(o.field("D", "DE", "AUTO cmd", ".exe")), {SAID}),
    "a simple field": (part("<w:p><w:fldSimple w:instr='DDE cmd /c'/></w:p>"), {SAID}),
    "a page number": (o.word_text(o.field(" PAGE ")), set()),
    "the word in the text": (o.word_text("<w:t>DDEAUTO cmd.exe /c calc</w:t>"), set()),
    "DDE of a table": (part('<externalLink><ddeLink ddeService="cmd" ddeTopic="/c"/>'), {SAID}),
    "DDE to a table": (part('<externalLink><ddeLink ddeService="Excel" ddeTopic="a"/>'), {HINTED}),
    "a formula": (part("<worksheet><c><f>cmd|'/c calc'!A0</f></c></worksheet>"), {SAID}),
    "a formula, escaped": (part("<worksheet><f>cmd|&apos;/c calc&#39;!A0</f>"), {SAID}),
    "a formula with bars": (part('<worksheet><f>IF(A1="a|b",\'x|y\'!A1)</f>'), set()),
    "a text in a cell": (part("<worksheet><t>cmd|'/c calc'!A0</t></worksheet>"), set()),
    "an action that starts a program": (
        part('<p:sld><a:hlinkMouseOver action="ppaction://program"/>'), {SAID}
    ),
    "an action on a click": (part('<p:sld><a:hlinkClick action="ppaction://program"/>'), {HINTED}),
    "an action that runs a macro": (
        part('<p:sld><a:hlinkClick action="ppaction://macro?name=Go"/>'), {"document.macro?"}
    ),
    "a jump": (part('<p:sld><a:hlinkClick action="ppaction://hlinksldjump"/>'), set()),
    "a ribbon": (part('<customUI onLoad="Start"/>'), {"document.macro?"}),
    "a control": (
        part('<ax:ocx ax:classid="{8856F961-340A-11D0-A96B-00C04FD705A2}" '
             'xmlns:ax="http://schemas.microsoft.com/office/2006/activeX"/>'), {HINTED}
    ),
    "OpenDocument": (
        part('<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">'
             '<text:section-source xlink:href="http://a.example/a.odt"/>'), {SAID}
    ),
}  # fmt: skip


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_parts(data: bytes, expected: set[str], run: Examine, findings: Findings) -> None:
    assert findings(run(data, name="part.xml")) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_in_other_encodings(encoding: str, run: Examine, findings: Findings) -> None:
    data = o.word_text(o.field("DDEAUTO cmd.exe /c calc")).decode().encode(encoding)
    assert findings(run(data, name="document.xml")) == {SAID}


def test_without_a_declaration(run: Examine, findings: Findings) -> None:
    data = o.relations([("frame", "http://a.example/")]).replace(HEAD.encode(), b"")
    assert findings(run(data, name="a.rels")) == {SAID}


def test_in_a_document_the_path_names_the_part(run: Examine) -> None:
    data = o.office_xml({"word/document.xml": o.word_text(o.field("DDE cmd /c"))})
    (found,) = run(data, name="letter.docx").detections
    assert found.path == ("word/document.xml",)


def test_a_text_about_it_is_none(run: Examine, findings: Findings) -> None:
    text = b"Write " + o.relations([("frame", "http://a.example/")])
    assert findings(run(text, name="about.txt")) == set()


def test_equal_links_are_told_once_and_many_to_a_bound(run: Examine) -> None:
    links = [("frame", f"http://a.example/{number % 300}") for number in range(3000)]
    assert len(run(o.relations(links), name="a.rels").detections) == 100


def test_many_harmless_links_hide_no_other(run: Examine, findings: Findings) -> None:
    links = [("externalLinkPath", f"book{number}.xlsx") for number in range(300)]
    found = run(o.relations([*links, ("attachedTemplate", "http://a.example/t.dotm")]))
    assert findings(found) == {SAID, HINTED}
    assert len(found.detections) == 101


MARK = '<w:fldChar w:fldCharType="{}"/>'
BEGIN, DIVIDE, END = (MARK.format(kind) for kind in ("begin", "separate", "end"))


def instr(text: str) -> str:
    return f"<w:instrText>{text}</w:instrText>"


CODES = {
    "nested": (
        BEGIN + instr("IF ") + BEGIN + instr("PAGE") + END + instr(" = 1") + END,
        ["PAGE", "IF  = 1"],
    ),
    "spelled by numbers": (
        BEGIN + instr("DDE ") + BEGIN + instr("QUOTE 99 109 100") + DIVIDE + END + END,
        ["QUOTE 99 109 100", "DDE cmd"],
    ),
    "quoted": (
        BEGIN + instr("DDE ") + BEGIN + instr('QUOTE "cmd"') + END + END, ['QUOTE "cmd"', "DDE cmd"]
    ),
    "never ended": (BEGIN + instr("DDE cmd"), ["DDE cmd"]),
    "never begun": (instr("DDE cmd"), ["DDE cmd"]),
    "ended twice": (BEGIN + instr("a") + END + END, ["a"]),
}  # fmt: skip


@pytest.mark.parametrize("markup, codes", CODES.values(), ids=CODES)
def test_field_codes(markup: str, codes: list[str]) -> None:
    assert list(field_codes(markup.encode())) == codes
