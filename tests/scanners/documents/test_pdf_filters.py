"""Every filter of PDF is undone as pikepdf does it, within the budget."""

import base64
import io
import os
import random
import time
import zlib

import pikepdf
import pytest

from scanners.budget import Budget
from scanners.documents.pdf_filters import MAX_FILTERS, undo
from scanners.documents.pdf_predictors import MAX_PREDICTED, Predictors
from scanners.documents.pdf_syntax import Value
from scanners.errors import ContentMalformed, ContentTooLarge
from tests.scanners.documents.lzw import lzw

TEXT = b"Inert text, some of it twice: some of it twice.\n" * 40
NOISE = random.Random(4).randbytes(9000)  # noqa: S311


def _allowed(size: int = 64 * 1024 * 1024) -> Predictors:
    return Predictors(Budget(time.monotonic() + 20, size, 100, 8))


def _run_length(data: bytes) -> bytes:
    pieces = (data[at : at + 128] for at in range(0, len(data), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces) + b"\xfdx\x80"


CODED = [
    ("FlateDecode", zlib.compress(TEXT), TEXT),
    ("Fl", zlib.compress(TEXT)[:-9], TEXT),
    ("ASCIIHexDecode", TEXT.hex(" ").encode() + b">junk", TEXT),
    ("AHx", b"414", b"A@"),
    ("ASCII85Decode", base64.a85encode(NOISE) + b"~>", NOISE),
    ("A85", b"<~" + base64.a85encode(TEXT + bytes(8), wrapcol=70) + b"~>", TEXT + bytes(8)),
    ("LZWDecode", lzw(TEXT), TEXT),
    ("LZW", lzw(NOISE), NOISE),
    ("RunLengthDecode", _run_length(TEXT), TEXT + b"xxxx"),
    ("DCTDecode", b"a picture", b"a picture"),
]


@pytest.mark.parametrize("name, coded, clear", CODED)
def test_filters(name: str, coded: bytes, clear: bytes) -> None:
    view, failure = undo(memoryview(coded), [(name, {})], _allowed())
    assert failure is None
    if coded == zlib.compress(TEXT)[:-9]:
        assert clear.startswith(bytes(view))
        assert len(view) > 40
    else:
        assert bytes(view) == clear


def test_filters_in_a_row_and_early_change() -> None:
    coded = base64.a85encode(lzw(NOISE, early=0)) + b"~>"
    row: list[tuple[str, dict[str, Value]]] = [("A85", {}), ("LZW", {"EarlyChange": 0})]
    assert bytes(undo(memoryview(coded), row, _allowed())[0]) == NOISE


def test_as_many_filters_as_pikepdf_undoes_or_a_gap() -> None:
    coded = [TEXT]
    for _ in range(MAX_FILTERS + 1):
        coded.append(zlib.compress(coded[-1]))
    row: list[tuple[str, dict[str, Value]]] = [("FlateDecode", {})] * MAX_FILTERS
    assert bytes(undo(memoryview(coded[-2]), row, _allowed())[0]) == TEXT
    _, failure = undo(memoryview(coded[-1]), [*row, ("FlateDecode", {})], _allowed())
    assert isinstance(failure, ContentTooLarge)


def test_what_names_a_key_is_passed_through() -> None:
    row: list[tuple[str, dict[str, Value]]] = [("Crypt", {}), ("FlateDecode", {})]
    view, failure = undo(memoryview(zlib.compress(TEXT)), row, _allowed())
    assert (bytes(view), failure) == (TEXT, None)


@pytest.mark.parametrize("name", ["", "Unheard", "CCITTFaxDecode", "JBIG2Decode"])
def test_a_filter_that_is_not_undone_is_a_failure(name: str) -> None:
    view, failure = undo(memoryview(b"abc"), [(name, {})], _allowed())
    assert (bytes(view), type(failure)) == (b"abc", ContentMalformed)


def test_pikepdf_agrees_on_lzw() -> None:
    pdf = pikepdf.new()
    stream = pikepdf.Stream(pdf, lzw(NOISE))
    stream.Filter = pikepdf.Name.LZWDecode
    pdf.Root.X = stream
    pdf.save(io.BytesIO())
    assert stream.read_bytes() == NOISE


def test_failures_are_told_and_what_came_before_is_kept() -> None:
    nothing, failure = undo(memoryview(b"no stream"), [("Fl", {})], _allowed())
    assert (bytes(nothing), type(failure)) == (b"", ContentMalformed)
    broken = base64.a85encode(NOISE) + b"\x7f"
    some, failure = undo(memoryview(broken), [("A85", {})], _allowed())
    assert (bytes(some[:8000]), failure) == (NOISE[:8000], None)
    bomb, failure = undo(memoryview(zlib.compress(bytes(1 << 25))), [("Fl", {})], _allowed())
    assert isinstance(failure, ContentTooLarge)
    assert len(bomb) < 1 << 25
    _, failure = undo(memoryview(zlib.compress(TEXT)), [("Fl", {})], _allowed(size=100))
    assert isinstance(failure, ContentTooLarge)
    large = zlib.compress(os.urandom(1024) * (MAX_PREDICTED // 1024 + 1))
    _, failure = undo(memoryview(large), [("Fl", {"Predictor": 12})], _allowed())
    assert isinstance(failure, ContentTooLarge)


@pytest.mark.parametrize("name", ["Fl", "AHx", "A85", "LZW", "RL"])
def test_any_bytes_raise_nothing(name: str) -> None:
    source = random.Random(name)  # noqa: S311
    for size in range(200):
        parameters: dict[str, Value] = {"Predictor": 12, "Columns": source.randrange(9)}
        undo(memoryview(source.randbytes(size)), [(name, parameters)], _allowed())
