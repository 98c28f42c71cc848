"""What stands behind the end of files: tricks are told, what cameras and installers do is not."""

import pytest

from samples import builders as b
from samples.packing import cab_of
from scanners.kit import Kit
from scanners.smuggling.stowaways import StowawayScanner
from tests.scanners.smuggling.conftest import Look

NOISE = b"\x93\x81\x01\x99" * 99
PAGE = b"<html><body><script>document.title = 1</script></body></html>"
MHT = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
POLYGLOT, EMBEDDED = "disguise.polyglot", "embedded.executable"
TRICKS = {
    "page behind a picture": (b.png(), PAGE, POLYGLOT),
    "page behind a program": (b.pe(), PAGE, POLYGLOT),
    "page with an event behind a picture": (b.gif(), b"<html><body onload='x()'></body>", POLYGLOT),
    "script behind a picture": (b.jpeg(), b"#!/bin/sh\necho " + b"a" * 20, POLYGLOT),
    "packed data behind a sound": (b.wav(), b.gzip(b"a" * 99), POLYGLOT),
    "tape behind a film": (b.mp4(), b.tar_of({"a": b"a"}), POLYGLOT),
    "pages in one file behind a PDF": (b.pdf(), MHT, POLYGLOT),
    "program behind zeros": (b.png(), bytes(40) + b.pe(), EMBEDDED),
    "program behind an archive": (b.zip_of({"a": b"a"}), b.pe(), EMBEDDED),
}
HONEST = {
    "line break": (b.png(), b"\n"),
    "zeros": (b.gif(), bytes(5000)),
    "second picture": (b.jpeg(), b.jpeg()),
    "film of a photo": (b.jpeg(), b.mp4()),
    "trailer": (b.jpeg(), b"SEFT" + NOISE),
    "warning of a server": (b.png(), b"<br />\n<b>Warning</b>: x in y on line 9<br />\n" * 2),
    "installer": (b.pe(), NOISE),
    "self-extractor": (b.pe(), b.empty_7z()),
    "two archives": (b.zip_of({"a": b"a"}), b.zip_of({"b": b"b"})),
}


@pytest.mark.parametrize("case", TRICKS)
def test_tricks(look: Look, kit: Kit, case: str) -> None:
    data, behind, code = TRICKS[case]
    codes, children = look(StowawayScanner(kit), data + behind)
    assert code in codes
    assert behind.lstrip(b"\0") in children


@pytest.mark.parametrize("case", HONEST)
def test_honest_ones(look: Look, kit: Kit, case: str) -> None:
    data, behind = HONEST[case]
    assert look(StowawayScanner(kit), data + behind)[0] <= {POLYGLOT + "?"}


def test_the_archive_of_a_self_extractor_is_handed_out(look: Look, kit: Kit) -> None:
    """But for those that the scanners of RAR and 7z open where they lie."""
    settings = b';!@Install@!UTF-8!\nRunProgram="a"\n;!@InstallEnd@!'
    cabinet = cab_of({"a.txt": b"a"})
    for archive, children in ((cabinet, [cabinet]), (b.empty_7z(), []), (b.empty_rar(), [])):
        found = look(StowawayScanner(kit), b.pe() + settings + archive)
        assert found == (set(), children)


def test_a_second_archive_is_handed_out(look: Look, kit: Kit) -> None:
    for archive in (b.empty_7z(), b.empty_rar()):
        codes, children = look(StowawayScanner(kit), b.jpeg() + archive + b"between" + archive)
        assert codes == {POLYGLOT}
        assert children == [archive]
