"""Pages that build a file for the user: told by what comes out; web pages of all kinds pass."""

import base64
from urllib.parse import quote

import pytest

from samples import builders as b
from samples.smuggling import delivery, disc, page, pieces
from scanners.kit import Kit
from scanners.smuggling.pages import PageScanner
from tests.scanners.smuggling.conftest import Look

ZIP = b.zip_of({"photos.exe": b.pe()})
LETTERS = base64.b64encode(ZIP)
NOISE = base64.b64encode(b"\x93\x81\x01\x99" * 2000)
SCRIPT, EMBEDDED = "container.script", "embedded.executable"
SMUGGLED = {
    "one run": delivery(b"'" + LETTERS + b"'"),
    "pieces": delivery(b"'" + pieces(LETTERS, 30, b"' + '") + b"'"),
    "list": delivery(b"['" + pieces(LETTERS, 30, b"', '") + b"'].join('')"),
    "backwards": delivery(b"'" + LETTERS[::-1] + b"'"),
    "hex": delivery(b"'" + ZIP.hex().encode() + b"'"),
    "escapes": delivery(b"'" + b"".join(b"\\x%02x" % byte for byte in ZIP) + b"'"),
    "percent": delivery(b"unescape('" + b"".join(b"%%%02x" % byte for byte in ZIP) + b"')"),
    "numbers": delivery(b"[" + b",".join(b"%d" % byte for byte in ZIP) + b"]"),
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'>" + delivery(b"'" + LETTERS + b"'"),
    "disc": delivery(b"'" + base64.b64encode(disc()) + b"'"),
    "link": b.html("<a download='a' href='data:;base64," + LETTERS.decode() + "'>x</a>"),
    "very short pieces": delivery(b"'" + pieces(LETTERS, 3, b"'+'") + b"'"),
    "octal": delivery(b"'" + b"".join(b"\\%03o" % byte for byte in ZIP) + b"'"),
    "hexadecimal numbers": delivery(b"[" + b",".join(b"0x%x" % byte for byte in ZIP) + b"]"),
    "packed": delivery(b"'" + base64.b64encode(b.gzip(ZIP)) + b"'"),
    "deflated": delivery(b"'" + base64.b64encode(b.deflate(ZIP)) + b"'"),
    "letters to be taken out": delivery(b"'" + pieces(LETTERS, 7, b"@") + b"'"),
    "link without base64": b.html(f"<a download href='data:,{quote(ZIP)}'>x</a>"),
    "link of entities": b.html(
        "<a download href='data:;base64," + "".join(f"&#{c};" for c in LETTERS) + "'>x</a>"
    ),
    "names in pieces": page(b"window['at' + 'ob']('" + LETTERS + b"')"),
    "encrypted": delivery(b"'" + NOISE + b"'"),
    "encrypted, hex": delivery(b"'" + base64.b64decode(NOISE).hex().encode() + b"'"),
}
HONEST = {
    "plain page": b.html("Nothing."),
    "an archive that nobody delivers": page(b"var d = '" + LETTERS + b"';"),
    "export of a table": page(b"a.download = 'a.csv'; a.href = URL.createObjectURL(t);"),
    "pictures": delivery(b"'" + base64.b64encode(b.png() * 80) + b"'"),
    "text": delivery(b"'" + base64.b64encode(b"Plain text.\n" * 800) + b"'"),
    "document": delivery(
        b"'"
        + base64.b64encode(b.zip_of({"[Content_Types].xml": b"x" * 9, "word/document.xml": b"y"}))
        + b"'"
    ),
    "packed data": delivery(b"'" + base64.b64encode(b.gzip(b"Plain text.\n" * 99)) + b"'"),
    "data of a chart, library elsewhere": b.html(
        "<script>var d = '" + NOISE.decode() + "';</script>"
        "<script>atob(d); URL.createObjectURL(f);</script>"
    ),
    "a library with tables": page(
        b"URL.createObjectURL(f); atob(t); var t = '" + NOISE + b"';" + b"f(x, y, 'z');" * 2000
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SMUGGLED)
def test_smuggled(look: Look, kit: Kit, case: str) -> None:
    assert look(PageScanner(kit), SMUGGLED[case])[0] == {SCRIPT}


@pytest.mark.parametrize("case", HONEST)
def test_honest_pages(look: Look, kit: Kit, case: str) -> None:
    assert look(PageScanner(kit), HONEST[case]) == (set(), [])


@pytest.mark.parametrize("case", ["pieces", "backwards", "hex", "numbers"])
def test_the_file_is_handed_out(look: Look, kit: Kit, case: str) -> None:
    assert [child[: len(ZIP)] for child in look(PageScanner(kit), SMUGGLED[case])[1]] == [ZIP]


def test_a_program_is_told_as_one(look: Look, kit: Kit) -> None:
    text = delivery(b"'" + pieces(base64.b64encode(b.elf()), 30, b"' + '") + b"'")
    assert look(PageScanner(kit), text)[0] == {EMBEDDED}
    wide = delivery(b"'" + LETTERS + b"'").decode().encode("utf-16")
    assert look(PageScanner(kit), wide)[0] == {SCRIPT}


def test_a_script_within_a_page(look: Look, kit: Kit) -> None:
    script = b"URL.createObjectURL(atob('" + LETTERS + b"'));"
    assert look(PageScanner(kit), script, path=("a.html", "base64"))[0] == {SCRIPT}
    assert look(PageScanner(kit), script)[0] == set()
    assert look(PageScanner(kit), script, name="a.js", path=("a.zip", "a.js"))[0] == set()


def test_scripts_that_honest_pages_keep(look: Look, kit: Kit) -> None:
    worker = b"#!/usr/bin/env node\nx = 1;\n"
    for literal in (base64.b64encode(b.gzip(worker)), b"data:,%23" + worker[1:19]):
        assert look(PageScanner(kit), delivery(b"'" + literal + b"'"))[0] == set()


def test_marks_of_formats_are_no_files(look: Look, kit: Kit) -> None:
    """As in libraries that read ZIP, and in tables of what files begin with."""
    marks = (
        b't.LOCAL="PK\\x03\\x04",t.CENTRAL="PK\\x01\\x02",t.END="PK\\x05\\x06";',
        b'<match value="PK\\003\\004" type="string" offset="0"/>',
    )
    for text in marks:
        assert look(PageScanner(kit), b.html(text.decode() + "saveAs(x)"))[0] == set()


def test_others_are_left_alone(look: Look, kit: Kit) -> None:
    assert look(PageScanner(kit), b'{"download": "' + LETTERS + b'"}') == (set(), [])
    assert look(PageScanner(kit), SMUGGLED["one run"], codings=("gzip",)) == (set(), [])
