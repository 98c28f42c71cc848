"""Lists of hashes: what a line says, until when, and which lines are refused."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.hash_lists import (
    ALLOWED,
    BLOCKED,
    MAX_REASON,
    HashList,
    Listed,
    as_author,
    read_allowed,
    read_hash_list,
    utc_day,
    with_line,
)

ONE, TWO = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()
DAY = date(2027, 1, 31)


def _read(folder: Path, text: str) -> HashList:
    path = folder / BLOCKED
    path.write_text(text, "utf-8")
    return read_hash_list(path)


def test_lines(tmp_path: Path) -> None:
    listed = _read(
        tmp_path,
        f"# comment\n{ONE} 2027-01-31 alice  worm,  ticket 4711\n\n{TWO.upper()} never b@c.d ü\n",
    )
    assert listed.lines == {
        bytes.fromhex(ONE): Listed(DAY, "alice", "worm,  ticket 4711"),
        bytes.fromhex(TWO): Listed(None, "b@c.d", "ü"),
    }


def test_a_line_ends_with_the_day_before_its_expiry(tmp_path: Path) -> None:
    listed = _read(tmp_path, f"{ONE} 2027-01-31 a r\n{TWO} never a r\n")
    one, two = bytes.fromhex(ONE), bytes.fromhex(TWO)
    assert listed.find(one, date(2027, 1, 30)) == Listed(DAY, "a", "r")
    assert listed.find(one, DAY) is None
    assert listed.find(two, date.max) == Listed(None, "a", "r")
    assert listed.find(bytes(32), date(2020, 1, 1)) is None


def test_the_day_is_that_of_utc() -> None:
    assert utc_day(1_801_353_599.9) == date(2027, 1, 30)
    assert utc_day(1_801_353_600) == DAY
    assert utc_day() >= date(2024, 1, 1)


def test_no_file_is_an_empty_list(tmp_path: Path) -> None:
    assert not read_hash_list(tmp_path / "none.txt")
    assert not read_allowed(tmp_path)


@pytest.mark.parametrize(
    "line, said",
    [
        (f"{ONE} never alice", "write SHA-256"),
        (ONE, "write SHA-256"),
        (f"{ONE[:63]} never a r", "64 hexadecimal"),
        (f"{ONE}0 never a r", "64 hexadecimal"),
        (f"{ONE[:63]}g never a r", "64 hexadecimal"),
        (f"{hashlib.sha256().hexdigest()} never a r", "no bytes at all"),
        (f"{ONE} Never a r", "expiry"),
        (f"{ONE} 2027-02-30 a r", "expiry"),
        (f"{ONE} 20270131 a r", "expiry"),
        (f"{ONE} 2027-W01-1 a r", "expiry"),
        (f"{ONE} ٢٠٢٧-01-31 a r", "expiry"),
        (f"{ONE} never a/b r", "author"),
        (f"{ONE} never a {'r' * (MAX_REASON + 1)}", "printable"),
        (f"{ONE} never a r\x1b[2J", "U\\+001B hides"),
        (f"{TWO} never a again", "line 1 has this"),
    ],
)
def test_wrong_lines_are_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"blocked\.txt:3: .*{said}"):
        _read(tmp_path, f"{TWO} never a r\n# comment\n{line}\n")


def test_blocked_wins_over_allowed(tmp_path: Path) -> None:
    (tmp_path / ALLOWED).write_text(f"{ONE} never a r\n{TWO} never a r\n")
    (tmp_path / BLOCKED).write_text(f"{ONE} 2027-01-01 a for a while\n")
    allowed, one, two = read_allowed(tmp_path), bytes.fromhex(ONE), bytes.fromhex(TWO)
    assert allowed.find(two, date(2026, 12, 31)) is not None
    assert allowed.find(one, date(2026, 12, 31)) is None
    assert allowed.find(one, date(2027, 1, 1)) is not None


@pytest.mark.parametrize("name", [ALLOWED, BLOCKED])
def test_the_shipped_lists_are_read_and_empty(rules: Path, name: str) -> None:
    assert (rules / name).is_file()
    assert not read_hash_list(rules / name)


LISTED = Listed(date(2027, 1, 31), "ann", "seen in an outbreak")


def test_a_line_is_added_changed_and_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    one, two = "a" * 64, "b" * 64
    begin = f"# why\n{two.upper()}  never  bob  old\n"
    path.write_text(with_line(begin, one, LISTED))
    assert path.read_text() == f"{begin}{one}  2027-01-31  ann  seen in an outbreak\n"
    assert read_hash_list(path).lines[bytes.fromhex(one)] == LISTED
    forever = Listed(None, "ann", "seen")
    path.write_text(with_line(path.read_text(), two, forever))
    assert read_hash_list(path).lines == {
        bytes.fromhex(one): LISTED,
        bytes.fromhex(two): forever,
    }
    path.write_text(with_line(with_line(path.read_text(), one, None), two, None))
    assert path.read_text() == "# why\n"


@pytest.mark.parametrize("listed", [Listed(None, "two words", "x"), Listed(None, "ann", "")])
def test_what_no_line_can_hold_is_not_written(listed: Listed) -> None:
    with pytest.raises(ValueError, match=r"author|write"):
        with_line("", "a" * 64, listed)


@given(st.text())
def test_any_name_makes_an_author(name: str) -> None:
    text = with_line("", "a" * 64, Listed(None, as_author(name), "x"))
    assert text.split()[2] == as_author(name)
