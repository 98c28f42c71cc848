"""Texts of strangers stay texts, and are seen as they are."""

import json

import pytest
from markupsafe import escape

from api.pages import texts


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plan.pdf", "plan.pdf"),
        ("Angebot für März.pdf", "Angebot für März.pdf"),
        ("<b>&'\"", str(escape("<b>&'\""))),
        ("\u202egpj", '<span class="mark" title="right-to-left override">U+202E</span>gpj'),
        ("\x1b", '<span class="mark" title="control character">U+001B</span>'),
        ("a\u3000b", 'a<span class="mark" title="ideographic space">U+3000</span>b'),
        ("\ud800", '<span class="mark" title="control character">U+D800</span>'),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert texts.visible(text) == shown


def test_a_text_has_few_marks() -> None:
    shown = texts.visible("\u202e" * 4 + "<" + "\u200b" * 5000 + "a\x1b.exe")
    assert shown.count("U+202E") == 4
    assert shown.count("U+200B") == texts.MARKS - 4
    assert shown.endswith(
        f"{texts.UNSEEN}a{texts.UNSEEN}.exe"
        '<span class="mark">and 4\u202f999 more characters that cannot be seen</span>'
    )
    assert "&lt;" in shown
    assert "\u200b" not in shown


def test_lines_remain_lines() -> None:
    assert texts.visible_lines("<a>\n\tb") == (
        '&lt;a&gt;\n<span class="mark" title="control character">U+0009</span>b'
    )


def test_json_can_be_seen() -> None:
    shown = texts.as_json({"a": ["\u202e\x1b", "ä<b>"]}, 1000)
    assert json.loads(shown) == {"a": ["\u202e\x1b", "ä<b>"]}
    assert "\\u202e\\u001b" in shown
    assert "ä<b>" in shown
    assert texts.as_json("\u202e" * 9, 8) == '"\\u202e\\'


def test_cut_keeps_both_ends() -> None:
    text = "a" * 100 + ".jpg.exe"
    cut = texts.cut(text, 40)
    assert len(cut) == 40
    assert cut.startswith("aaa")
    assert cut.endswith(".jpg.exe")
    assert texts.cut("short", 40) == "short"


def test_name_is_apart_from_what_is_around_it() -> None:
    assert texts.name("<b>") == '<bdi class="name">&lt;b&gt;</bdi>'


@pytest.mark.parametrize(
    "bytes_, words",
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (5 * 2**30, "5.0 GiB"),
        (2**62, "4096.0 PiB"),
    ],
)
def test_size(bytes_: int, words: str) -> None:
    assert texts.size(bytes_) == words


def test_count() -> None:
    assert texts.count(1234567) == "1\u202f234\u202f567"


@pytest.mark.parametrize("value", [1_700_000_000_000_000, "2023-11-14T22:13:20.000000Z"])
def test_moment_is_utc_and_exact(value: object) -> None:
    assert texts.moment(value) == (
        '<time datetime="2023-11-14T22:13:20.000000Z">2023-11-14 22:13:20</time>'
    )


def test_moment_for_a_form() -> None:
    assert texts.plain_moment(1_700_000_000_000_000) == "2023-11-14T22:13"


def test_words() -> None:
    assert texts.words("false_positive") == "false positive"
