"""One line of CEF."""

import re

import pytest
from hypothesis import given, settings

from tests.verdicts.formats.rows import (
    BARE,
    CLEAN,
    HOSTILE,
    ROWS,
    WATCHED,
    WORM,
    Row,
    hostile_rows,
    monster,
)
from verdicts.formats.cef import cef
from verdicts.formats.view import product_version

HEAD = re.compile(r"(?<!\\)(?:\\\\)*\|")
PAIR = re.compile(r"(?:^| )(?P<key>[A-Za-z0-9]+)=")


def parse(line: str) -> tuple[list[str], dict[str, str]]:
    """Read it as a receiver does: an escaped sign divides nothing."""
    fields: list[str] = [""]
    rest = iter(line)
    for char in rest:
        if char == "|" and len(fields) <= 7:
            fields.append("")
        elif char == "\\" and len(fields) <= 7:
            fields[-1] += next(rest)
        else:
            fields[-1] += char
    extension = fields.pop()
    marks = list(PAIR.finditer(extension))
    ends = [mark.start() for mark in marks[1:]] + [len(extension)]
    pairs = {
        mark["key"]: re.sub(r"\\(.)", r"\1", extension[mark.end() : end])
        for mark, end in zip(marks, ends)
    }
    assert len(pairs) == len(marks), "a key came twice"
    return fields, pairs


def test_worm() -> None:
    fields, pairs = parse(cef(WORM))
    assert fields == [
        "CEF:0",
        "Douane",
        "Douane",
        product_version(),
        "signature.yara",
        "Malicious file blocked: MAL_Worm_Choke_Nov26",
        "9",
    ]
    assert pairs == {
        "rt": "1767323045678",
        "externalId": WORM["id"],
        "act": "blocked",
        "cat": "malicious",
        "deviceDirection": "0",
        "deviceExternalId": "front-0",
        "src": "192.0.2.7",
        "suser": "ann",
        "request": WORM["url"],
        "dhost": "im.example",
        "fname": "photo.jpg.exe",
        "fsize": "4711",
        "fileHash": "ab" * 32,
        "fileType": "pe",
        "msg": "Published strings of Choke.",
        "cs1Label": "Detection",
        "cs1": "MAL_Worm_Choke_Nov26",
        "cs2Label": "Clause",
        "cs2": "malware",
        "cs3Label": "Channel",
        "cs3": "Telegram",
        "cs4Label": "RuleSet",
        "cs4": "0123456789abcdef",
        "cs5Label": "ClamAV",
        "cs5": WORM["clamav"],
        "flexString1Label": "Enforced",
        "flexString1": "true",
    }


def test_the_whole_line_of_a_short_one() -> None:
    row = BARE | {"ruleset": "", "node": "", "channel": "", "clause": "live-stream"}
    assert cef(row) == (
        f"CEF:0|Douane|Douane|{product_version()}|unscanned.streaming"
        f"|Unknown file blocked: streaming|3|rt=1767323045678 externalId={row['id']} act=blocked "
        "cat=unknown deviceDirection=0 fsize=0 cs2Label=Clause cs2=live-stream "
        "cs6Label=Unscanned cs6=streaming flexString1Label=Enforced flexString1=true"
    )


@pytest.mark.parametrize(
    "row, act, severity",
    [(CLEAN, "allowed", "0"), (WATCHED, "allowed", "9"), (BARE, "blocked", "3")],
)
def test_what_was_done(row: Row, act: str, severity: str) -> None:
    fields, pairs = parse(cef(row))
    assert (pairs["act"], fields[6]) == (act, severity)


@pytest.mark.parametrize(
    "client, expected",
    [
        ("2001:db8::1", {"c6a2Label": "Source IPv6 Address", "c6a2": "2001:db8::1"}),
        ("p-9f", {"shost": "p-9f"}),
        ("", {}),
    ],
)
def test_sources(client: str, expected: dict[str, str]) -> None:
    _, pairs = parse(cef(WORM | {"client_ip": client}))
    assert {key: pairs[key] for key in ("src", "shost", "c6a2Label", "c6a2") if key in pairs} == (
        expected
    )


def test_a_name_forges_no_field() -> None:
    found = {**WORM["detections"][1], "name": HOSTILE}
    fields, pairs = parse(cef(WORM | {"file_name": HOSTILE, "detections": [found]}))
    assert len(fields) == 7
    assert pairs["act"] == "blocked"
    assert pairs["fname"] == "d\\r\\nCEF:0|x \\x1b[2J\\u202egpj.exe<script>\\u2028'; DROP"
    assert pairs["cs1"].startswith("a|b=c\\d\\r\\nCEF:0|x ")
    assert "a|b=c" in fields[5]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_deterministic(row: Row) -> None:
    assert cef(dict(reversed(row.items()))) == cef(row)


def test_a_monster_is_bounded() -> None:
    assert 4_000 < len(cef(monster())) < 16_000


@settings(max_examples=50)
@given(hostile_rows())
def test_any_line_is_one_line_of_the_same_keys(row: Row) -> None:
    line = cef(row)
    assert line.isprintable()
    fields, pairs = parse(line)
    assert len(fields) == 7
    assert pairs["externalId"] == row["id"]
    assert pairs["fsize"] == str(row["size"])
