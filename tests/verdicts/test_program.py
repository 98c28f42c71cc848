"""What counts as a program: by content, by name, by declared type."""

import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samples.containers import Part, gzip, multipart, zip_of
from samples.programs import pe
from scanners.budget import Budget
from scanners.model import Content, Family, FileType, TypeNode
from scanners.registry import build_bench
from scanners.types.table import read_type_table
from scanners.walk import examine
from verdicts.model import Direction, NameSource, OtherName, Transfer
from verdicts.program import is_program

RULES = Path(__file__).parents[2] / "rules"
TABLE = read_type_table(RULES / "types.toml")

TRANSFER = Transfer("id", "respmod", Direction.DOWNLOAD, datetime(2024, 1, 1, tzinfo=UTC))
PE = TypeNode(FileType("pe", "application/x-dosexec", Family.PROGRAM), name="x")
MEMBER = replace(PE, member=True)
ZIP = TypeNode(FileType("zip", "application/zip", Family.ARCHIVE), children=(MEMBER,))
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
    assert not is_program(replace(form, codings=("gzip",)), archive, TABLE)
    assert is_program(TRANSFER, part, TABLE)


def test_the_shipped_bench_tells_parts_from_members() -> None:
    bench = build_bench(RULES)

    def judged(data: bytes, declared: str, **parameters: str) -> bool:
        content = Content(memoryview(data), "", declared, tuple(parameters.items()))
        budget = Budget(time.monotonic() + 20, 1 << 24, 100, 8)
        types = examine(content, bench, budget).types
        return is_program(replace(TRANSFER, declared_type=declared), types, TABLE)

    zipped = zip_of({"a.exe": pe()})
    for program, expected in ((pe(), True), (zipped, False), (gzip(pe()), False)):
        json = b'{"file": "' + b64encode(program) + b'"}'
        inner = multipart([Part("f", program, "notes")], "inner")
        nested = b"--b\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n%b\r\n--b--" % inner
        mail = b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\nContent-Type: " + (
            b"multipart/mixed; boundary=inner\r\n\r\n%b\r\n--b--" % inner
        )
        assert judged(json, "application/json") is expected
        assert judged(nested, "multipart/form-data", boundary="b") is expected
        assert judged(mail, "multipart/form-data", boundary="b") is expected


def test_every_part_of_a_message_counts_and_no_member_of_an_archive() -> None:
    deep = PE
    for _ in range(50):
        deep = TypeNode(TEXT.file_type, children=(TEXT, deep, TEXT))
    assert is_program(TRANSFER, deep, TABLE)
    packed = TypeNode(ZIP.file_type, children=(replace(deep, member=True),))
    assert not is_program(TRANSFER, TypeNode(TEXT.file_type, children=(packed,)), TABLE)
    # Bytes that begin as an archive may be a form all the same: what opened them counts.
    assert is_program(TRANSFER, TypeNode(ZIP.file_type, children=(PE,)), TABLE)
