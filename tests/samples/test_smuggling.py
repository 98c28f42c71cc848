"""The files that are two things at once: each is what it says."""

import base64

from samples import builders as b
from samples.smuggling import delivery, disc, pieces, smuggling_specimens, spellings


def test_a_disc_has_its_mark_behind_the_free_area() -> None:
    assert disc(b.pe()).startswith(b.pe())
    assert disc()[32_769:32_774] == b"CD001"


def test_pieces_join_to_the_whole() -> None:
    assert pieces(b"abcdefgh", 3, b"-") == b"abc-def-gh"


def test_spellings_hold_the_program() -> None:
    program, spelled = b.pe(), spellings(b.pe())
    assert program.hex().encode() in spelled["hex.ps1"]
    letters = spelled["trusted.crt"].split(b"-----")[2]
    assert base64.b64decode(letters) == program
    assert delivery(b"'QQ=='").count(b"'QQ=='") == 1


def test_names_are_unique_and_all_are_small() -> None:
    specimens = smuggling_specimens()
    assert len({specimen.name for specimen in specimens}) == len(specimens)
    assert all(len(specimen.data) < 64 * 1024 for specimen in specimens)
