"""Lines in a file: whole ones only, private, rotated, and found again after others moved it."""

# ruff: noqa: ASYNC240 - a test may wait for its own small files

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verdicts.delivery.file import ExportFile
from verdicts.delivery.sender import Letter, ReceiverAway
from verdicts.delivery.settings import ExportSettings

MakeLetter = Callable[..., Letter]
MakeRow = Callable[..., dict[str, object]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def make(path: Path, **settings: Any) -> ExportFile:
    return ExportFile(ExportSettings(name="x", path=str(path), **{"format": "douane", **settings}))


def ids(path: Path) -> list[int]:
    return [json.loads(line)["id"] for line in path.read_text("ascii").splitlines()]


@pytest.mark.parametrize("format", ["ecs", "ocsf", "douane"])
async def test_formats(path: Path, letter: MakeLetter, row: MakeRow, format: str) -> None:
    export = make(path, format=format)
    await export.send([letter(1, verdict=row()), letter(2, kind="alarm", part="database")])
    await export.close()
    lines = path.read_bytes().splitlines()
    assert len(lines) == (1 if format == "ocsf" else 2)
    first = json.loads(lines[0])
    expected = {
        "ecs": ("ecs", "version"),
        "ocsf": ("metadata", "version"),
        "douane": ("data", "id"),
    }
    outer, inner = expected[format]
    assert first[outer][inner]
    assert path.read_bytes().isascii()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_goes_on_where_it_was(path: Path, letter: MakeLetter) -> None:
    for number in (1, 2):
        export = make(path)
        await export.send([letter(number)])
        await export.close()
    assert ids(path) == [1, 2]


@pytest.mark.parametrize("torn", [b'{"id":9', b'{"id":1}\n{"id":9', b"x" * 70_000])
async def test_half_a_line_is_cut_off(path: Path, letter: MakeLetter, torn: bytes) -> None:
    path.write_bytes(torn)
    export = make(path)
    await export.send([letter(2)])
    await export.close()
    assert ids(path)[-1] == 2
    assert 9 not in ids(path)


async def test_rotated_by_size(path: Path, letter: MakeLetter) -> None:
    export = make(path, max_bytes=64 * 1024, files=2)
    for number in range(1, 9):
        await export.send([letter(number, x="x" * 30_000)])
    await export.close()
    assert [ids(Path(f"{path}{end}")) for end in (".2", ".1", "")] == [[3, 4], [5, 6], [7, 8]]
    assert not Path(f"{path}.3").exists()
    assert Path(f"{path}.1").stat().st_mode & 0o777 == 0o600


async def test_somebody_else_rotates(path: Path, letter: MakeLetter) -> None:
    export = make(path)
    await export.send([letter(1)])
    path.rename(f"{path}.old")
    await export.send([letter(2)])
    path.unlink()
    await export.send([letter(3)])
    await export.close()
    assert ids(path) == [3]


async def test_link_is_not_followed(path: Path, letter: MakeLetter, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("x")
    path.symlink_to(target)
    with pytest.raises(ReceiverAway, match="cannot be written"):
        await make(path).send([letter(1)])
    assert target.read_text() == "x"


async def test_disk_that_is_full_and_has_room_again(
    path: Path, letter: MakeLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, real = make(path), os.write

    def half(descriptor: int, data: memoryview) -> int:
        real(descriptor, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        with pytest.raises(ReceiverAway, match="No space"):
            await export.send([letter(1), letter(2)])
    await export.send([letter(1), letter(2)])
    await export.close()
    assert ids(path)[-2:] == [1, 2]
    assert len(ids(path)) <= 3
