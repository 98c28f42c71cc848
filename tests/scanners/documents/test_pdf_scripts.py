"""Scripts and launches: forms and films are ordinary, calls out and programs are not."""

import time

import pytest

from scanners.documents.pdf_scripts import address_finding, launch_finding, script_finding


@pytest.mark.parametrize(
    "source, by_itself, word",
    [
        ("AFNumber_Format(2, 0, 0, 0, '', true);", True, "javascript"),
        ("this.print({bUI: true});", True, "javascript"),
        ("app.alert(util.printf('%.2f', x));", True, "javascript"),
        ("this.submitForm('https://x.example/')", False, "javascript"),
        ("this.submitForm('https://x.example/')", True, "auto_run"),
        ("app.launchURL('https://x.example/')", True, "auto_run"),
        ("this.exportDataObject({ cName: 'a', nLaunch: 0 })", False, "javascript"),
        ("this.exportDataObject({ cName: 'a', nLaunch: 2 })", False, "exploit"),
        ("util.printf('%5.3f %10.12f', x, y);", True, "javascript"),
        ("util.printf('%45000f', 1)", False, "exploit"),
        ("util.printf('%,0.5000f', 1)", False, "exploit"),
        ("Collab . collectEmailInfo({})", False, "exploit"),
        ("var a = unescape('%u9090%u9090')", False, "exploit"),
        ("eval(String.fromCharCode(97))", False, "exploit"),
        ("x = String.fromCharCode(97); eval(x)", False, "exploit"),
        ("", True, "javascript"),
    ],
)
def test_scripts(source: str, by_itself: bool, word: str) -> None:
    finding = script_finding(source, by_itself=by_itself)
    assert (finding.word, finding.harmless) == (word, word == "javascript")


@pytest.mark.parametrize(
    "target, parameters, harmless",
    [
        ("film.avi", "", True),
        ("../other/paper.pdf", "", True),
        ("cmd.exe", "", False),
        ("C:\\a\\setup.exe", "", False),
        ("a.hta", "", False),
        ("paper.pdf", "/c x", False),
        ("\\\\192.0.2.1\\a\\paper.pdf", "", False),
        ("/bin/sh", "", False),
    ],
)
def test_launches(target: str, parameters: str, harmless: bool) -> None:
    assert launch_finding(target, parameters).harmless is harmless


@pytest.mark.parametrize(
    "kind, address, found",
    [
        ("uri", "https://www.example/", False),
        ("uri", "a.pdf#page=2", False),
        ("uri", "file:///C:/a/setup.exe", False),
        ("uri", "\\\\192.0.2.1\\a", True),
        ("uri", "search-ms:query=a", True),
        ("document", "\\\\192.0.2.1\\a", True),
        ("document", "chapter2.pdf", False),
        ("document", "https://forms.example/submit", False),
    ],
)
def test_addresses(kind: str, address: str, found: bool) -> None:
    assert (address_finding(kind, address) is not None) is found


@pytest.mark.parametrize("piece", ["eval ", "unescape", "printf('%", "exportDataObject(", "%u0000"])
def test_long_hostile_scripts_cost_little(piece: str) -> None:
    began = time.process_time()
    script_finding(piece * (1_000_000 // len(piece)), by_itself=True)
    assert time.process_time() - began < 5
