"""Predictors are undone as pikepdf does it, and one document cannot ask for too much of that."""

import random
import time
import zlib

import pikepdf
import pytest

from scanners.budget import Budget
from scanners.documents.pdf_predictors import MAX_PREDICTED, Predictors
from scanners.documents.pdf_syntax import Value
from scanners.errors import ContentTooLarge, DeadlinePassed

ROWS: dict[str, Value] = {"Predictor": 15, "Colors": 3, "Columns": 4}


def _predictors(seconds: float = 60) -> Predictors:
    return Predictors(Budget(time.monotonic() + seconds, 1 << 30, 100, 8))


@pytest.mark.parametrize("kind", range(5))
def test_rows_as_pikepdf_undoes_them(kind: int) -> None:
    chance = random.Random(kind)  # noqa: S311
    rows = b"".join(bytes([kind]) + chance.randbytes(12) for _ in range(99))
    pdf = pikepdf.new()
    stream = pikepdf.Stream(pdf, zlib.compress(rows))
    stream.Filter = pikepdf.Name.FlateDecode
    stream.DecodeParms = pikepdf.Dictionary(Predictor=15, Colors=3, Columns=4)
    assert bytes(_predictors().undo(memoryview(rows), ROWS)) == stream.read_bytes()


def test_those_of_pictures_are_left_alone() -> None:
    assert bytes(_predictors().undo(memoryview(b"abc"), {"Predictor": 2})) == b"abc"


def test_all_streams_of_a_document_together_are_bounded() -> None:
    predictors = _predictors()
    half = memoryview(bytes(MAX_PREDICTED // 2 + 1))
    wide: dict[str, Value] = {"Predictor": 12, "Columns": 1 << 16}
    predictors.undo(half, wide)
    with pytest.raises(ContentTooLarge):
        predictors.undo(half, wide)


@pytest.mark.parametrize("columns", [1, 255, 1 << 18])
def test_the_clock_is_looked_at(columns: int) -> None:
    with pytest.raises(DeadlinePassed):
        _predictors(0).undo(memoryview(bytes(99)), {"Predictor": 12, "Columns": columns})


@pytest.mark.parametrize("kind", range(256))
def test_any_rows_raise_nothing(kind: int) -> None:
    for columns in (0, 1, 5, 10**9):
        parameters: dict[str, Value] = {"Predictor": 12, "Columns": columns, "Colors": kind}
        _predictors().undo(memoryview(bytes([kind]) * 40), parameters)
