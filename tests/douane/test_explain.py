"""A verdict in words: everything is said, and nothing hostile reaches the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane.explain import SHOWN, Row, explain, one_line, printable

ROW: Row = {
    "id": "0190-1",
    "action": "block",
    "wanted": "block",
    "clause": "disguise",
    "enforced": True,
    "level": "suspicious",
    "file_name": "photo.jpg",
    "declared_type": "image/jpeg",
    "true_type": "pe",
    "size": 4096,
    "sha256": "ab" * 32,
    "detections": [
        {
            "code": "disguise.extension",
            "scanner": "disguise",
            "name": "pe-as-jpg",
            "level": "suspicious",
            "path": ["a.zip", "photo.jpg"],
            "detail": "a program under a picture's name",
        },
        {
            "code": "archive.executable",
            "scanner": "walk",
            "name": "x",
            "level": "info",
            "path": [],
            "detail": "",
        },
    ],
    "unscanned": [
        {"scanner": "clamav", "reason": "engine_down", "path": []},
        {"scanner": "walk", "reason": "engine_down", "path": ["b"]},
    ],
    "ruleset": "r1",
    "clamav": "",
    "scan_ms": 1.5,
    "cached": True,
}


def test_one_line_names_what_weighs() -> None:
    assert one_line(ROW) == (
        "block (suspicious): disguise.extension pe-as-jpg, unscanned.engine_down"
    )
    assert one_line({**ROW, "action": "allow", "detections": [], "unscanned": []}) == (
        "allow (suspicious)"
    )


def test_explain_says_everything() -> None:
    text = explain(ROW)
    for said in (
        "block by clause disguise",
        "true type   pe",
        "declared    image/jpeg",
        "name        photo.jpg",
        f"4096 bytes, SHA-256 {'ab' * 32}",
        "suspicious  disguise.extension pe-as-jpg  in a.zip / photo.jpg",
        "a program under a picture's name",
        "info        archive.executable x",
        "unscanned   engine_down (said clamav)",
        "rule set r1, no ClamAV",
        "1.5 ms, from the cache",
        "transfer    0190-1",
    ):
        assert said in text, said


def _node(name: str, kind: str = "", *children: Row) -> Row:
    return {"type": "pe", "kind": kind, "name": name, "children": list(children)}


def test_explain_shows_the_tree_of_types() -> None:
    tree = _node("", "sfx zip", _node("a", "", _node("b\n", "dll")), _node("c"))
    lines = explain({**ROW, "types": tree}).splitlines()
    at = next(number for number, line in enumerate(lines) if "true type" in line)
    assert [line.strip() for line in lines[at : at + 4]] == [
        "true type   pe (sfx zip)",
        "└ a  pe",
        "└ b\\n  pe (dll)",
        "└ c  pe",
    ]
    assert lines[at + 2].index("└") > lines[at + 1].index("└")


def test_a_large_tree_is_cut() -> None:
    text = explain({**ROW, "types": _node("", "", *(_node(str(n)) for n in range(100)))})
    assert text.count("└") == SHOWN
    assert "… and more" in text


def test_a_monitored_ruling_says_what_it_would_have_done() -> None:
    assert "only monitored: it would block" in explain({**ROW, "enforced": False})


def test_what_is_not_known_is_said_so() -> None:
    text = explain({**ROW, "true_type": "", "file_name": "", "declared_type": "", "sha256": ""})
    assert "true type   not known" in text
    assert "not computed" in text
    assert "name  " not in text
    assert "declared" not in text


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("plain name.txt", "plain name.txt"),
        ("צילום.jpg", "צילום.jpg"),
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("a\u202egpj.exe", "a\\u202egpj.exe"),
        ("a\nb\r\t\0", "a\\nb\\r\\t\\x00"),
        ("\udc80", "\\udc80"),
        ("\u2066\u200b\x9b", "\\u2066\\u200b\\x9b"),
        (7, "7"),
    ],
)
def test_printable(raw: object, shown: str) -> None:
    assert printable(raw) == shown


hostile = st.text(st.characters())  # every character, surrogates and controls among them


@given(hostile, hostile, hostile)
def test_no_field_reaches_the_terminal_raw(first: str, second: str, third: str) -> None:
    names = ("file_name", "declared_type", "true_type", "clause", "clamav", "ruleset", "level")
    item = {
        "code": second,
        "scanner": first,
        "name": second,
        "level": third,
        "path": [first, third],
        "detail": second + third,
        "reason": first,
    }
    row: Row = {**ROW, **dict.fromkeys(names, first), "id": second, "sha256": third}
    row |= {"action": second, "wanted": third, "detections": [item], "unscanned": [item]}
    for enforced in (True, False):
        for line in explain({**row, "enforced": enforced}).split("\n"):
            assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl"}]
    assert "\n" not in one_line(row)
