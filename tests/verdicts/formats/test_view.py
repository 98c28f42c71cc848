"""What all formats read from a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdicts.formats.rows import BARE, CLEAN, FOUND, GAP, SUSPECT, WATCHED, WORM, Row
from verdicts.formats import view


@pytest.mark.parametrize(
    "row, code, headline",
    [
        (WORM, "signature.yara", "Malicious file blocked: MAL_Worm_Choke_Nov26"),
        (WATCHED, "signature.yara", "Malicious file allowed: MAL_Worm_Choke_Nov26"),
        (CLEAN, "clean", "Clean file allowed"),
        (GAP, "unscanned.engine_down", "Unknown file blocked: engine_down"),
        (WORM | {"action": "cut"}, "signature.yara", "Malicious file cut: MAL_Worm_Choke_Nov26"),
    ],
)
def test_what_happened(row: Row, code: str, headline: str) -> None:
    assert view.event_code(view.read(row)) == code
    assert view.headline(view.read(row)) == headline


def test_worst_come_first_and_notes_alarm_nobody() -> None:
    info = {**SUSPECT, "level": "info"}
    row = view.read(WORM | {"detections": [info, SUSPECT, FOUND]})
    assert view.worst_first(row["detections"]) == [FOUND, SUSPECT, info]
    assert view.alarming(row) == [FOUND, SUSPECT]
    assert len(view.worst_first(row["detections"] * 99)) == view.MOST


@pytest.mark.parametrize(
    "row, whole", [(WORM, True), (GAP, True), (BARE, False), (WORM | {"sha256": ""}, False)]
)
def test_whole_files(row: Row, whole: bool) -> None:
    assert view.is_whole_file(view.read(row)) is whole


def test_hash_of_a_piece_is_no_hash_of_a_file() -> None:
    piece = {"scanner": "front", "reason": "partial", "path": []}
    assert not view.is_whole_file(view.read(WORM | {"unscanned": [piece]}))


def test_times() -> None:
    assert view.milliseconds(view.read(WORM)) == 1767323045678


@pytest.mark.parametrize("text, version", [("192.0.2.7", 4), ("2001:db8::1", 6), ("p-12", None)])
def test_addresses(text: str, version: int | None) -> None:
    address = view.address(text)
    assert (address and address.version) == version


@pytest.mark.parametrize(
    "url, host, port",
    [
        ("https://im.example:8443/f?x=1", "im.example", 8443),
        ("http://[2001:db8::1]/", "2001:db8::1", None),
        ("ftp://im.example", "im.example", None),
    ],
)
def test_urls(url: str, host: str, port: int | None) -> None:
    place = view.place(url)
    assert place is not None
    assert (place.whole, place.host, place.port) == (url, host, port)


@pytest.mark.parametrize(
    "url",
    ["", "/f", "im.example", "http://", "http://[::1", "http://a:b/", "http://a:99999/", "x://a/"]
    + ["http://a/ b", "http://a/\n", "http://a/\u202e", "javascript:alert(1)"],
)
def test_what_is_no_url(url: str) -> None:
    assert view.place(url) is None


@pytest.mark.parametrize(
    "name, shown", [("a.exe", "a.exe"), ("C:\\x\\a.exe", "a.exe"), ("../a.exe", "a.exe"), ("", "")]
)
def test_names_have_no_folders(name: str, shown: str) -> None:
    assert view.file_name(view.read(WORM | {"file_name": name}), 100) == shown


def test_what_cannot_be_seen_is_named() -> None:
    assert view.one_line("a\nb\x1b\u202e \U000e0001é", 99) == "a\\nb\\x1b\\u202e \\U000e0001é"


@given(st.text(), st.integers(1, 50))
def test_lines_are_short_and_visible(text: str, limit: int) -> None:
    line = view.one_line(text, limit)
    assert line.isprintable()
    assert len(line) <= limit
