"""Names that people and programs give: none is suspected, under its content's type or a vague one.

Also as a member that nobody can read: then the name is all there is.
"""

import tomllib
from pathlib import Path

import pytest

from samples import builders as b
from scanners.base import Bench
from scanners.disguise.claims import DisguiseScanner
from scanners.disguise.tricks import NameScanner
from scanners.members import SEALED
from scanners.model import Content, Detection, DetectionLevel, FileType
from scanners.types.table import TypeTable

ZIP = b.zip_of({"a.txt": b"a"})
CONTENTS = {
    "pe": b.pe(), "dll": b.pe(dll=True), "elf": b.elf(), "msi": b.msi(), "script": b.script(),
    "jar": b.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": b""}),
    "docx": b.zip_of({"[Content_Types].xml": b"", "word/document.xml": b""}),
    "doc": b.word(), "pdf": b.pdf(), "rtf": b.rtf(), "html": b.html(), "text": b"plain text\n",
    "csv": b"a,b\n1,2\n", "json": b'{"a": 1}', "xml": b'<?xml version="1.0"?><a/>',
    "jpeg": b.jpeg(), "png": b.png(), "gif": b.gif(), "bmp": b.bmp(), "mp3": b.mp3(),
    "mp4": b.mp4(), "wav": b.wav(), "zip": ZIP, "gz": b.gzip(b.tar_of({"a.txt": b"a"})),
    "tar": b.tar_of({"a.txt": b"a"}), "zst": b.zstd(b"a"), "data": b"\x93\x81\x01\x99" * 9,
}  # fmt: skip
NAMES = tomllib.loads(Path(__file__).with_name("honest_names.toml").read_text("utf-8"))
CASES = [(kind, name) for kind, names in NAMES.items() for name in names]
CARELESS = ("", "application/octet-stream")


def suspected(table: TypeTable, content: Content) -> list[Detection]:
    scanners = (DisguiseScanner(table), NameScanner(table))
    found = [d for each in scanners for d in each.scan(content, None).detections]  # type: ignore[arg-type]
    return [detection for detection in found if detection.level is not DetectionLevel.INFO]


@pytest.mark.parametrize("kind, name", CASES, ids=ascii)
def test_honest_names(bench: Bench, table: TypeTable, kind: str, name: str) -> None:
    view = memoryview(CONTENTS[kind])
    file_type: FileType = bench.identify(view)
    for declared in (*CARELESS, file_type.mime):
        content = Content(view, name, declared, file_type=file_type)
        assert suspected(table, content) == []
    if name != "www.example.com":  # pages may be named after hosts, but what nobody can read?
        sealed = Content(memoryview(b""), name, file_type=SEALED)
        assert suspected(table, sealed) == []


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 250
