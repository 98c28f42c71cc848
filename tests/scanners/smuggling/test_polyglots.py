"""Files that are two things at once, beside those that hold two for good reasons."""

import pytest

from samples import builders as b
from samples.smuggling import disc
from scanners.kit import Kit
from scanners.smuggling.stowaways import StowawayScanner
from tests.scanners.smuggling.conftest import Look

ZIP, JAR = b.zip_of({"a.txt": b"a"}), b.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": b""})
POLYGLOT = "disguise.polyglot"
SUSPICIOUS = {
    "GIFAR": b.gif() + JAR,
    "JPEG and ZIP": b.jpeg() + ZIP,
    "film and ZIP": b.mp4() + ZIP,
    "sound and ZIP": b.wav() + ZIP,
    "PDF and ZIP": b.pdf() + ZIP,
    "page and ZIP": b.html() + ZIP,
    "installer and JAR": b.msi() + JAR,
    "shortcut and ZIP": b.lnk() + ZIP,
    "page and PDF": b.html() + b.pdf(),
    "program and PDF": b.script() + b.pdf(),
    "picture and tar": b.tar_of({"GIF89a": b"a"}),
    "program and disc": disc(b.pe()),
    "picture and disc": disc(b.gif()),
    "picture and script": b"GIF89a=1;alert(1);//" + b"a" * 99,
}
NOTED = {
    "picture and PDF": b"GIF89a" + bytes(9) + b.pdf(),
    "line before a PDF": b"@PJL SET X\r\n" + b.pdf(),
}
HONEST = {
    "self-extractor": b.pe() + ZIP,
    "archive": ZIP,
    "attached to a PDF": b.pdf().replace(b"endstream", ZIP + b"\nendstream"),
    "disc": disc(),
    "tar": b.tar_of({"a.txt": b"a"}),
    "script with an archive": b"#!/usr/bin/env python3\n" + ZIP,
}


@pytest.mark.parametrize("case", SUSPICIOUS)
def test_two_at_once(look: Look, kit: Kit, case: str) -> None:
    assert POLYGLOT in look(StowawayScanner(kit), SUSPICIOUS[case])[0]


@pytest.mark.parametrize("case", NOTED)
def test_odd_but_harmless(look: Look, kit: Kit, case: str) -> None:
    codes, children = look(StowawayScanner(kit), NOTED[case])
    assert codes == {POLYGLOT + "?"}
    assert children == [b.pdf()]


@pytest.mark.parametrize("case", HONEST)
def test_honest_ones(look: Look, kit: Kit, case: str) -> None:
    assert look(StowawayScanner(kit), HONEST[case])[0] <= {POLYGLOT + "?"}


def test_a_second_reading_has_no_third(kit: Kit, bench: object, run: object) -> None:
    """The same bytes as a disc and as a tape: each is read once as the other."""
    tape = b.tar_of({"GIF89a": b"a"})
    both = tape.ljust(32_769, b"\0") + b"CD001\x01" + bytes(8192)
    found = run(both, name="x.gif")  # type: ignore[operator]
    assert sorted(node.name for node in found.types.children) == ["as iso", "as tar"]
    assert not any(
        inner.name.startswith("as ") for node in found.types.children for inner in node.children
    )
