"""External targets: what is fetched from far away against what every office has."""

import pytest

from scanners.documents.targets import target_finding

FAR, NEAR, NOTHING = False, True, None
CASES: dict[tuple[str, str], bool | None] = {
    ("attachedTemplate", "http://a.example/t.dotm"): FAR,
    ("attachedTemplate", "https://company.example/t.dotx"): FAR,
    ("attachedTemplate", "file:///C:\\Users\\me\\t.dotx"): NEAR,
    ("attachedTemplate", "file:///\\\\fileserver\\templates\\t.dotx"): NEAR,
    ("attachedTemplate", "\\\\10.0.0.1\\t\\t.dotm"): FAR,
    ("attachedTemplate", "\\\\a.example@SSL\\t\\t.dotm"): FAR,
    ("attachedTemplate", "//a.example/t/t.dotm"): FAR,
    ("attachedTemplate", "file://a.example/t/t.dotm"): FAR,
    ("oleObject", "http://a.example/page.html!"): FAR,
    ("oleObject", "mhtml:http://a.example/x!x-usc:http://a.example/x"): FAR,
    ("oleObject", "file:///C:\\Reports\\table.xlsx!Sheet1!R1C1:R5C5"): NEAR,
    ("oleObject", "C:\\temp\\run.exe"): FAR,
    ("frame", "http://a.example/"): FAR,
    ("subDocument", "chapter%202.docx"): NEAR,
    ("externalLinkPath", "https://company.example/book.xlsx"): NEAR,
    ("externalLinkPath", "file:///C:\\a\\Book%201.xlsx"): NEAR,
    ("externalLinkPath", "script:http://a.example/a.sct"): FAR,
    ("image", "http://a.example/logo.png"): NOTHING,
    ("image", "file:///C:\\Users\\me\\logo.png"): NOTHING,
    ("image", "\\\\fileserver\\pictures\\logo.png"): NOTHING,
    ("image", "\\\\10.0.0.1\\a\\b.png"): FAR,
    ("hyperlink", "http://a.example/setup.exe"): NOTHING,
    ("hyperlink", "mailto:me@a.example"): NOTHING,
    ("hyperlink", "\\\\10.0.0.1\\a\\b.docx"): NOTHING,
    ("hyperlink", "ms-msdt:/id PCWDiagnostic"): FAR,
    ("hyperlink", "search-ms:query=x&crumb=location:\\\\a.example\\x"): FAR,
    ("hyperlink", "HTTP://a.example/?q=search-ms"): NOTHING,
    ("attachedTemplate", ""): NOTHING,
    ("attachedTemplate", "  "): NOTHING,
}


@pytest.mark.parametrize("link, harmless", CASES.items(), ids=map(str, CASES))
def test_targets(link: tuple[str, str], harmless: bool | None) -> None:
    found = target_finding(*link)
    assert (found.harmless if found else None) is harmless
