"""A compiled script is an empty program with a script that only a decompiler shows."""

import struct

from samples.autoit import MAGIC, compiled_autoit
from samples.programs import pe

SCRIPT = '; RegWrite "a"\r\n'


def test_it_begins_as_an_empty_program() -> None:
    assert compiled_autoit(SCRIPT).startswith(pe() + MAGIC)


def test_no_text_of_the_script_shows() -> None:
    data = compiled_autoit(SCRIPT)
    assert b"RegWrite" not in data
    assert b"AUTOIT SCRIPT" not in data


def test_the_mark_of_a_file_is_as_published() -> None:
    """What every reader looks for: the word FILE under the key 0x16FA.  (libclamav/autoit.c)"""
    at = len(pe() + MAGIC) + 16
    assert struct.unpack_from("<I", compiled_autoit(SCRIPT), at) == (0xCEB06DFF,)


def test_sizes_follow_the_script() -> None:
    short, long = compiled_autoit(SCRIPT), compiled_autoit(SCRIPT * 2)
    assert len(long) - len(short) == len(SCRIPT)
    assert short == compiled_autoit(SCRIPT)
