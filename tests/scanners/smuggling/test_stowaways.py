"""What is carried in other files: found wherever it lies, handed out from its own first byte."""

import pytest

from samples import builders as b
from scanners.kit import Kit
from scanners.smuggling.stowaways import FEW, TRIES, StowawayScanner
from tests.scanners.smuggling.conftest import Look

NOISE = b"\x93\x81\x01\x99"
EMBEDDED, POLYGLOT = "embedded.executable", "disguise.polyglot"
HOSTS = {
    "jpeg": b.jpeg(), "png": b.png(), "gif": b.gif(), "bmp": b.bmp(), "pdf": b.pdf(),
    "wav": b.wav(), "mp3": b.mp3(), "mp4": b.mp4(), "rtf": b.rtf(), "word": b.word(),
}  # fmt: skip
PROGRAMS = {
    "pe": b.pe(), "dll": b.pe(dll=True), "elf": b.elf(), "macho": b.macho(), "lnk": b.lnk(),
    "msi": b.msi(),
}  # fmt: skip
HONEST = {
    "two letters": b.jpeg() + b"MZ" * 200,
    "a mark without headers": b.jpeg() + b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0L\1" + bytes(90),
    "a program by itself": b.pe(),
    "a program with another in it": b.pe() + b.pe(),
    "an installer": b.pe() + NOISE * 99,
    "a text about programs": b"MZ and PE\0\0 and \x7fELF begin programs.\n" * 9,
    "a picture that ends in a program's magic": b.jpeg() + b"\x7fELF\2\1\1" + bytes(60),
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("host", HOSTS)
def test_a_program_anywhere_in_a_file(look: Look, kit: Kit, host: str, program: str) -> None:
    for between in (b"", NOISE * 50):
        data = HOSTS[host] + between + PROGRAMS[program]
        codes, children = look(StowawayScanner(kit), data)
        assert EMBEDDED in codes
        assert PROGRAMS[program] in children
    codes, _ = look(StowawayScanner(kit), HOSTS[host])
    assert not codes


@pytest.mark.parametrize("case", HONEST)
def test_what_is_no_stowaway(look: Look, kit: Kit, case: str) -> None:
    codes, children = look(StowawayScanner(kit), HONEST[case])
    assert codes <= {POLYGLOT + "?"}
    assert not children


def test_data_of_no_known_type_may_hold_programs(look: Look, kit: Kit) -> None:
    scanner = StowawayScanner(kit)
    assert look(scanner, NOISE * 9 + b.pe()) == ({EMBEDDED}, [b.pe()])
    assert look(scanner, NOISE * (FEW // 4 + 1) + b.pe()) == ({EMBEDDED + "?"}, [b.pe()])
    assert look(scanner, NOISE * 9 + b.pe() + NOISE * 999)[0] == {EMBEDDED + "?"}


def test_a_page_with_a_program_behind(look: Look, kit: Kit) -> None:
    scanner, page = StowawayScanner(kit), b.html()
    assert look(scanner, page + b.pe()) == ({EMBEDDED}, [b.pe()])
    body = b"--x\r\nContent-Type: text/plain\r\n\r\n" + page + b.pe() + b"\r\n--x--"
    assert look(scanner, body)[0] <= {EMBEDDED + "?"}  # a body in parts that nobody declared
    assert not look(scanner, page + b.pe(), declared_type="multipart/form-data")[0]
    assert not look(scanner, b.jpeg() + b.pe(), codings=("gzip",))[0]


def test_a_tag_in_a_comment(look: Look, kit: Kit) -> None:
    for tag in (b"<ScRipt >", b"<hta:application", b"<?php\n", b"<script/"):
        codes, (child,) = look(StowawayScanner(kit), b.jpeg(b"x" * 9 + tag + b"x"))
        assert codes == {POLYGLOT}
        assert child.startswith(tag)
    assert look(StowawayScanner(kit), b.jpeg(b"<scripture> <? php"))[0] == set()


def test_programs_beyond_the_limit_are_a_gap(look: Look, kit: Kit) -> None:
    codes, children = look(StowawayScanner(kit), b.jpeg() + (NOISE + b.pe()) * 120)
    assert {EMBEDDED, "unscanned.too_many"} <= codes
    assert len(children) == 100  # what the budget allows


def test_a_file_of_nothing_but_signs_is_a_gap(look: Look, kit: Kit) -> None:
    codes, _ = look(StowawayScanner(kit), b.jpeg() + b"PE\0\0L\1" * (TRIES + 1))
    assert "unscanned.too_many" in codes
