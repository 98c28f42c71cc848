"""Contradicting names: the tricks are told, and what honest servers send is left alone."""

import pytest

from icap_server.payload.names import disposition_names
from samples import builders
from scanners.base import Bench
from scanners.disguise.contradiction import find_contradiction
from scanners.model import Content, DetectionLevel
from scanners.types.table import TypeTable

PE, TEXT, JPEG, BINARY = builders.pe(), b"plain text\n", builders.jpeg(), b"\x93\x81\x01\x99" * 9
SUSPICIOUS, INFO = DetectionLevel.SUSPICIOUS, DetectionLevel.INFO

STATED = [  # names that receivers read, content, level
    ("photo.jpg photo.exe", TEXT, SUSPICIOUS),
    ("photo.exe photo.jpg", JPEG, INFO),
    ("photo.jpg photo.com", BINARY, SUSPICIOUS),
    ("notes.txt notes.vbs", TEXT, SUSPICIOUS),
    ("report.pdf report.pdf report.lnk", TEXT, SUSPICIOUS),
    ("a.png b.pdf c.bat", TEXT, SUSPICIOUS),
    ("photo.jpg photo%2eexe", TEXT, SUSPICIOUS),
    ("photo.jpg C:\\x\\PHOTO.EXE.", TEXT, SUSPICIOUS),
    ("photo.jpg photo.e\u200bxe", TEXT, SUSPICIOUS),
    ("photo.exe\0.jpg", TEXT, SUSPICIOUS),
    ("photo.exe%00.jpg", TEXT, SUSPICIOUS),
    ("song.mp3 photo.jpg", TEXT, INFO),
    ("page.html report.pdf", TEXT, INFO),
    ("file.zip file.pdf", TEXT, INFO),
    # ordinary
    ("setup.exe", PE, None),
    ("setup.exe Setup.EXE", PE, None),
    ("setup.exe setup.msi", PE, None),
    ("photo.jpg photo.png", JPEG, None),
    ("x.tar.gz x.tgz", TEXT, None),
    ("x.zip x.jar", TEXT, None),
    ("setup.exe setup", PE, None),
    ("setup.exe file.bin", PE, None),
    ("setup.exe data.dat", PE, None),
    ("____.pdf \u043f\u0438\u0441\u044c\u043c\u043e.pdf", TEXT, None),
    ("?.docx \u00e4.docx", TEXT, None),
    ("letter.doc letter.docx", TEXT, None),
    ("photo\0.jpg", JPEG, None),
    ("100%.pdf", TEXT, None),
    ("report%20final.pdf report.pdf", TEXT, None),
    ("Node.js:_a_guide.pdf", TEXT, None),
    ("Node.js:_a_guide.pdf guide.pdf", TEXT, None),
    ("", TEXT, None),
]

ADDRESSES = [  # name, last segment of the URL, content, level
    ("setup.exe", "photo.jpg", PE, SUSPICIOUS),
    ("setup.exe", "photo.jpg", BINARY, SUSPICIOUS),
    ("setup.msi", "report.pdf", builders.msi(), SUSPICIOUS),
    ("notes.txt", "run.bat", TEXT, SUSPICIOUS),
    ("notes.txt", "run.ps1", TEXT, SUSPICIOUS),
    ("photo.jpg", "setup.exe", PE, SUSPICIOUS),
    ("clip.mp4", "clip.gif", TEXT, INFO),
    # a program of the server, or a page of it, answered with a file
    ("report.pdf", "viewer.exe", builders.pdf(), INFO),
    ("report.csv", "export.exe", TEXT, INFO),
    ("photo.jpg", "setup.exe", JPEG, INFO),
    ("setup.exe", "download.php", PE, None),
    ("setup.exe", "get.aspx", PE, None),
    ("setup.exe", "attach.do", PE, None),
    ("report.pdf", "redirect.dll", TEXT, None),
    ("report.pdf", "get.cgi", TEXT, None),
    ("report.pdf", "get.pl", TEXT, None),
    ("f.txt", "adsbygoogle.js", TEXT, None),
    ("setup.exe", "index.html", PE, None),
    ("setup.exe", "download.htm", PE, None),
    ("setup.exe", "list.xml", PE, None),
    ("setup.exe", "latest.json", PE, None),
    ("setup.exe", "readme.txt", PE, None),
    ("report.pdf", "www.example.com", TEXT, None),
    ("setup.exe", "file.bin", PE, None),
    ("setup.exe", "v1.2.3", PE, None),
    ("setup.exe", "12345.67890", PE, None),
    ("setup.exe", "setup.exe;jsessionid=ABC.node7", PE, None),
    ("setup", "photo.jpg", PE, None),
    ("x.tar.gz", "x.tgz", TEXT, None),
    ("setup.exe", "photo.jpg.exe", PE, None),  # the double extension tells it
    ("photo.jpeg", "PHOTO.JPG", JPEG, None),
]


def weigh(bench: Bench, table: TypeTable, names: list[str], url: str, data: bytes) -> object:
    view = memoryview(data)
    content = Content(
        view,
        names[0],
        file_type=bench.identify(view),
        other_names=tuple(names[1:]),
        url_name=url,
    )
    found = find_contradiction(content, table)
    return found and found[0]


@pytest.mark.parametrize("names, data, level", STATED, ids=[ascii(case[0]) for case in STATED])
def test_names_that_are_stated(
    bench: Bench, table: TypeTable, names: str, data: bytes, level: DetectionLevel | None
) -> None:
    assert weigh(bench, table, names.split(" "), "", data) is level
    assert weigh(bench, table, names.split(" ")[::-1], "", data) is level


@pytest.mark.parametrize("name, url, data, level", ADDRESSES, ids=str)
def test_a_name_and_the_address(
    *,
    bench: Bench,
    table: TypeTable,
    name: str,
    url: str,
    data: bytes,
    level: DetectionLevel | None,
) -> None:
    assert weigh(bench, table, [name], url, data) is level


def test_the_worst_pair_is_told(table: TypeTable) -> None:
    content = Content(memoryview(TEXT), "a.mp3", other_names=("b.jpg", "c.scr"))
    assert find_contradiction(content, table) == (
        SUSPICIOUS,
        "called .mp3 in one place and .scr in another",
    )


@pytest.mark.parametrize("data, level", [(JPEG, INFO), (PE, SUSPICIOUS)])
def test_a_name_whose_quotes_were_forgotten(
    bench: Bench, table: TypeTable, data: bytes, level: DetectionLevel
) -> None:
    """`filename=booking.com photo.jpg` is read in two ways; only a program gains by that."""
    names = list(disposition_names("attachment; filename=booking.com photo.jpg"))
    assert names == ["booking.com photo.jpg", "booking.com"]
    assert weigh(bench, table, names, "", data) is level
