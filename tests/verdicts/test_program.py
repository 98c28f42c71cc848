"""What counts as a program: by content, by name, by declared type."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanners.model import Family, FileType, TypeNode
from scanners.type_table import read_type_table
from verdicts.model import Direction, NameSource, OtherName, Transfer
from verdicts.program import is_program

TABLE = read_type_table(Path(__file__).parents[2] / "rules" / "types.toml")

TRANSFER = Transfer("id", "respmod", Direction.DOWNLOAD, datetime(2024, 1, 1, tzinfo=UTC))
PE = TypeNode(FileType("pe", "application/x-dosexec", Family.PROGRAM), name="x")
ZIP = TypeNode(FileType("zip", "application/zip", Family.ARCHIVE), children=(PE,))
TEXT = TypeNode(FileType("text", "text/plain", Family.TEXT))


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a.exe", True),
        ("A.EXE", True),
        ("a.exe. . ", True),
        ("a.exe::$DATA", True),
        ("a.exe:stream.txt", True),
        ("a.e\u200bxe", True),
        ("a\u202egpj.exe", True),
        ("a.exe\0.jpg", True),
        ("a%2eexe", True),
        ("a.jpg.exe", True),
        ("a.exe.jpg", False),
        ("exe", False),
        ("", False),
        ("...", False),
    ],
)
def test_by_name(name: str, *, expected: bool) -> None:
    assert is_program(replace(TRANSFER, file_name=name), None, TABLE) is expected


@pytest.mark.parametrize(
    "name, declared, types, expected",
    [
        ("a.jpg", "image/jpeg", TEXT, False),
        ("a.jpg", "image/jpeg", None, False),
        ("a.jpg", "image/jpeg", PE, True),
        ("a.jpg", "application/x-msdownload", None, True),
        ("a.scr", "image/jpeg", None, True),
        ("a.zip", "application/zip", ZIP, False),
        ("", "", None, False),
    ],
)
def test_any_of_the_three(
    name: str, declared: str, types: TypeNode | None, *, expected: bool
) -> None:
    assert (
        is_program(replace(TRANSFER, file_name=name, declared_type=declared), types, TABLE)
        is expected
    )


@pytest.mark.parametrize(
    "source, name, declared, expected",
    [
        (NameSource.DISPOSITION, "a.exe", (), True),
        (NameSource.TARGET, "a.exe", (), True),
        (NameSource.URL, "a.exe", (), False),  # cgi-bin/a.exe: an address
        (NameSource.DISPOSITION, "a.jpg", (), False),
        (NameSource.URL, "", ("image/jpeg", "application/x-msdownload"), True),
    ],
)
def test_further_names_and_types_count(
    source: NameSource, name: str, declared: tuple[str, ...], *, expected: bool
) -> None:
    others = (OtherName(source, name),)
    transfer = replace(TRANSFER, file_name="a.jpg", other_names=others, other_types=declared)
    assert is_program(transfer, None, TABLE) is expected


def test_wrappings_of_http_are_seen_through() -> None:
    form = replace(TRANSFER, declared_type="multipart/form-data")
    coded = replace(TRANSFER, codings=("gzip",))
    part = TypeNode(FileType("multipart", "message/rfc822", Family.DATA), children=(PE,))
    named = TypeNode(part.file_type, children=(replace(TEXT, name="run.bat"),))
    archive = TypeNode(part.file_type, children=(ZIP,))
    assert is_program(form, part, TABLE)
    assert is_program(coded, part, TABLE)
    assert is_program(form, named, TABLE)
    assert not is_program(form, archive, TABLE)
    assert is_program(replace(form, codings=("gzip",)), archive, TABLE)
    assert not is_program(TRANSFER, part, TABLE)
