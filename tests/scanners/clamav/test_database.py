"""The age of the official database, from headers that may be damaged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.clamav.database import DatabaseAge, newest_database, read_age, stated_age


def header(version: str = "27000", seconds: str = "1700000000", magic: str = "ClamAV-VDB") -> bytes:
    text = f"{magic}:14 Nov 2023 22-13 +0000:{version}:62:90:{'0' * 32}:sig:builder:{seconds}"
    return text.ljust(512).encode() + b"\x1f\x8b compressed signatures"


def test_the_newest_file_counts(tmp_path: Path) -> None:
    (tmp_path / "main.cvd").write_bytes(header("62", "1600000000"))
    (tmp_path / "daily.cld").write_bytes(header("27000", "1700000000"))
    (tmp_path / "bytecode.cvd").write_bytes(b"truncated download")
    (tmp_path / "local.ndb").write_bytes(header("1", "1800000000"))
    built_at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert newest_database(tmp_path) == DatabaseAge("daily.cld", 27000, built_at)


def test_no_database(tmp_path: Path) -> None:
    assert newest_database(tmp_path) is None
    assert newest_database(tmp_path / "missing") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        header(magic="ClamAV-VDC"),
        header(version="x"),
        header(version="1" * 11),
        header(seconds="-1"),
        header(seconds=""),
        header(seconds="99999999999"),
        header()[:60],
    ],
)
def test_damaged_headers_have_no_age(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "daily.cvd").write_bytes(content)
    assert read_age(tmp_path / "daily.cvd") is None


@given(st.binary(max_size=600))
def test_no_file_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.cvd"
    path.write_bytes(b"ClamAV-VDB:" + content)
    read_age(path)


def test_what_clamd_states_of_its_database() -> None:
    built_at = datetime(2026, 11, 23, 8, 12, 3, tzinfo=UTC)
    stated = stated_age("ClamAV 1.4.6/27000/Mon Nov 23 08:12:03 2026")
    assert stated == DatabaseAge("daily", 27000, built_at)


@pytest.mark.parametrize("version", ["", "ClamAV 1.4.6", "ClamAV 1.4.6/x/Mon Nov 23 08:12:03 2026"])
def test_a_clamd_without_an_official_database_states_none(version: str) -> None:
    assert stated_age(version) is None


@given(st.text())
def test_no_version_is_a_crash(version: str) -> None:
    stated_age(version)
