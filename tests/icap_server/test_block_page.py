"""The page in place of a blocked file: true reasons, and no name of the sender's is markup."""

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.block_page import GAPS, MAX_REASONS, block_page, block_reasons
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
WORM = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Win.Worm-1", DetectionLevel.MALICIOUS)
TRICK = Detection(Code.DISGUISE_EXTENSION, "names", "exe_as_jpeg", DetectionLevel.SUSPICIOUS)
HARMLESS = Detection(Code.DISGUISE_EXTENSION, "names", "jpeg_as_png", DetectionLevel.INFO)


def page(
    verdict: Verdict, *, as_json: bool = False, clause: str = "malicious", **texts: str
) -> tuple[str, str]:
    ruling = Ruling(Action.BLOCK, clause, True, Action.BLOCK, verdict)
    transfer = Transfer(
        ID,
        "respmod",
        Direction.DOWNLOAD,
        utc_now(),
        prefers_json=as_json,
        **texts,  # type: ignore[arg-type]
    )
    body, media_type = block_page(ruling, transfer)
    return body.decode(), media_type


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    tags.close()
    return tags


def test_html() -> None:
    verdict = Verdict(Level.MALICIOUS, (WORM, HARMLESS))
    text, media_type = page(verdict, file_name="photo.jpg", host="files.example")
    assert media_type == "text/html; charset=utf-8"
    shown = parsed(text).text
    for word in (ID, "signature.clamav Win.Worm-1", "photo.jpg", "files.example", "malicious"):
        assert word in shown
    assert "jpeg_as_png" not in shown
    assert "It contains malware." in shown


def test_json() -> None:
    text, media_type = page(Verdict(Level.MALICIOUS, (WORM,)), as_json=True)
    assert media_type == "application/json"
    assert json.loads(text) == {
        "blocked": True,
        "transfer": ID,
        "clause": "malicious",
        "reasons": ["signature.clamav Win.Worm-1"],
    }


@pytest.mark.parametrize(
    "verdict, sentence",
    [
        (Verdict(Level.MALICIOUS, (TRICK, WORM)), "It contains malware."),
        (Verdict(Level.SUSPICIOUS, (TRICK,)), "It is not what it pretends to be"),
        (Verdict(Level.CLEAN, (HARMLESS,)), "The rules of this network"),
        (Verdict(Level.UNKNOWN, unscanned=(Unscanned("x", Reason.PARTIAL),)), "The rules of this"),
        *(
            (Verdict(Level.UNKNOWN, unscanned=(Unscanned("x", reason),)), sentence)
            for reason, sentence in GAPS.items()
        ),
    ],
)
def test_the_sentence_says_why(verdict: Verdict, sentence: str) -> None:
    assert sentence in parsed(page(verdict)[0]).text


def test_the_channel_says_more_than_the_host() -> None:
    verdict = Verdict(Level.MALICIOUS, (WORM,))
    text, _ = page(verdict, host="cdn.example", channel="telegram")
    assert "telegram" in text
    assert "cdn.example" not in text


PLAIN = parsed(page(Verdict(Level.MALICIOUS, (WORM,)), file_name="a", host="b")[0]).tags
HOSTILE = "<script>alert(1)</script>'\"&<img src=x onerror=y>{{ 7*7 }}\x00\u202egpj.exe"


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_names_are_never_markup(file_name: str, host: str, threat: str) -> None:
    for decoration in ("", HOSTILE):
        found = Detection(
            Code.SIGNATURE_YARA, "yara", threat + decoration, DetectionLevel.MALICIOUS
        )
        text, _ = page(
            Verdict(Level.MALICIOUS, (found,)),
            file_name=file_name + decoration,
            host=host + decoration,
        )
        assert parsed(text).tags == PLAIN


def test_names_that_are_no_text() -> None:
    """A lone surrogate cannot be encoded; the page is there all the same."""
    found = Detection(Code.SIGNATURE_YARA, "yara", "\ud800", DetectionLevel.MALICIOUS)
    for as_json in (False, True):
        assert page(Verdict(Level.MALICIOUS, (found,)), as_json=as_json, file_name="\udcff")


def test_a_few_reasons_are_enough() -> None:
    found = [
        Detection(Code.SIGNATURE_YARA, "yara", f"rule_{number % 50}", DetectionLevel.MALICIOUS)
        for number in range(100)
    ]
    reasons = block_reasons(Verdict(Level.MALICIOUS, tuple(found)))
    assert reasons == [f"signature.yara rule_{number}" for number in range(MAX_REASONS)]


def test_reasons_name_each_gap_once_after_what_was_found() -> None:
    gaps = (Unscanned("a", Reason.ENCRYPTED), Unscanned("b", Reason.ENCRYPTED, ("x",)))
    verdict = Verdict(Level.SUSPICIOUS, (TRICK,), gaps)
    assert block_reasons(verdict) == ["disguise.extension exe_as_jpeg", "unscanned.encrypted"]
