"""Scripts by first line and by language; near misses stay text; no text takes long."""

import time
from collections.abc import Callable

import pytest

from scanners.model import FileType
from scanners.types.scripts import by_first_line, by_language
from tests.scanners.types import texts

TypeOf = Callable[[bytes], FileType]


@pytest.mark.parametrize("data, kind", texts.SCRIPTS.values(), ids=texts.SCRIPTS)
def test_scripts(type_of: TypeOf, data: bytes, kind: str) -> None:
    found = type_of(data)
    assert (found.name, found.kind) == ("script", kind)


@pytest.mark.parametrize("data, name", texts.NOT_SCRIPTS.values(), ids=texts.NOT_SCRIPTS)
def test_near_misses(type_of: TypeOf, data: bytes, name: str) -> None:
    assert type_of(data).name == name


def test_the_first_line_alone() -> None:
    assert by_first_line(b"#!/usr/bin/python3.11 -I\n") == "python"
    assert by_first_line(b"#! not a path\n") is None
    assert by_first_line(b"plain") is None


def test_a_language_is_told_by_several_habits() -> None:
    """Each line away leaves the text what it is: no single one decides."""
    lines = texts.BATCH.lower().splitlines(keepends=True)
    for gone in range(len(lines)):
        assert by_language(b"".join(lines[:gone] + lines[gone + 1 :])) == "batch"
    assert by_language(b"".join(lines[:2])) is None


PIECES = (
    b"goto @echo setlocal nul iex $env wscript createobject import execute @scriptdir #noenv "
    b"%temp% msgbox activexobject\n"
)
HOSTILE = [
    b" ", b"\n", b"\r", b"\t \n", b'"', b"'", b"$a", b"$a =", b"<", b"<!--", b"<#", b"#>", b'"""',
    b"@if a ", b"if not ", b"for a ", b"set ", b":a", b"a ", b"a b c d e f ", b"import a, ",
    b"def f(", b"class a", b"function a", b"function ", b"var a ", b"new ", b"echo off ", b"|",
    b"%~a", b"\n%~", b"[a]\n", b"[a", b"a=", b"; \n", b"#\n", b"start /a ", b"powershell -a ",
    b"full address:", b"=", b"a:=", b"a::", b'" & ', b"<script ", b"<a on", b" on", b"onaaa",
    b"#!/", b"elseif a ", b"dim a as", b"dim ", b"private a ", b"http://", b"http://a#b",
    b"<a:", b"<!doctype ", b"a: b\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(type_of: TypeOf, piece: bytes) -> None:
    """A file of 16 KiB made to make patterns try again and again; usually 0.1 ms."""
    for data in (piece * (16_384 // len(piece)), PIECES + piece * (16_384 // len(piece))):
        took = min(_seconds(type_of, data) for _ in range(5))
        assert took < 0.005


def _seconds(type_of: TypeOf, data: bytes) -> float:
    start = time.perf_counter()
    type_of(data)
    return time.perf_counter() - start
