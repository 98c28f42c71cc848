"""The page in place of a blocked file: true reasons, and no name of the sender's is markup."""

import html
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.block_page import MAX_NAME, BlockPage, BlockPageSettings
from icap_server.block_words import GAPS, LANGUAGES, words
from icap_server.findings import MAX_SHOWN
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now
from verdicts.rule_file import RuleFileError

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
WORM = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Win.Worm-1", DetectionLevel.MALICIOUS)
TRICK = Detection(Code.DISGUISE_EXTENSION, "names", "exe_as_jpeg", DetectionLevel.SUSPICIOUS)
SHIPPED = BlockPage(BlockPageSettings())
HARMLESS = Detection(Code.DISGUISE_EXTENSION, "names", "jpeg_as_png", DetectionLevel.INFO)


def page(
    verdict: Verdict,
    *,
    maker: BlockPage = SHIPPED,
    as_json: bool = False,
    clause: str = "malicious",
    **texts: str,
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
    made = maker.make(ruling, transfer)
    return made.body.decode(), made.media_type


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
    verdict = Verdict(Level.MALICIOUS, (WORM,))
    text, media_type = page(verdict, as_json=True, file_name="photo.jpg")
    assert media_type == "application/json"
    assert json.loads(text) == {
        "blocked": True,
        "transfer": ID,
        "clause": "malicious",
        "file": "photo.jpg",
        "sentence": "It contains malware.",
        "reasons": ["signature.clamav Win.Worm-1"],
        "parts": [{"path": [], "reason": "signature.clamav Win.Worm-1"}],
        "more": 0,
        "contact": "",
    }


FORM = Verdict(
    Level.MALICIOUS,
    (
        replace(TRICK, path=("holiday.zip", "beach.jpg")),
        replace(WORM, path=("holiday.zip", "beach.jpg")),
        replace(WORM, path=("second part.doc",)),
    ),
    (Unscanned("zip", Reason.ENCRYPTED, ("third.zip", "")),),
)
"""A form with three files, and something with two of them."""


def test_html_names_the_parts() -> None:
    shown = parsed(page(FORM)[0]).text
    words = " ".join(shown.split())
    assert "in holiday.zip›beach.jpg signature.clamav Win.Worm-1 disguise.extension" in words
    assert "in second part.doc signature.clamav Win.Worm-1" in words
    assert "in third.zip›a file without a name unscanned.encrypted" in words
    assert words.count("beach.jpg") == 1
    assert "more" not in words.rpartition("unscanned.encrypted")[2]


def test_json_names_the_parts() -> None:
    document = json.loads(page(FORM, as_json=True)[0])
    assert document["reasons"] == [
        *("signature.clamav Win.Worm-1", "disguise.extension exe_as_jpeg", "unscanned.encrypted")
    ]
    assert [(part["path"], part["reason"]) for part in document["parts"]] == [
        (["holiday.zip", "beach.jpg"], "signature.clamav Win.Worm-1"),
        (["second part.doc"], "signature.clamav Win.Worm-1"),
        (["holiday.zip", "beach.jpg"], "disguise.extension exe_as_jpeg"),
        (["third.zip", ""], "unscanned.encrypted"),
    ]


def test_parts_are_listed_up_to_a_number() -> None:
    found = tuple(replace(WORM, path=(f"part {number}",)) for number in range(1, 41))
    verdict = Verdict(Level.MALICIOUS, found)
    shown = parsed(page(verdict)[0]).text
    assert f"part {MAX_SHOWN}" in shown
    assert f"part {MAX_SHOWN + 1}" not in shown
    assert f"and {40 - MAX_SHOWN} more" in shown
    document = json.loads(page(verdict, as_json=True)[0])
    assert (len(document["parts"]), document["more"]) == (MAX_SHOWN, 40 - MAX_SHOWN)


@pytest.mark.parametrize("as_json", [False, True])
def test_no_name_makes_the_page_long(as_json: bool) -> None:
    long = "<" * 100_000
    found = tuple(
        Detection(Code.SIGNATURE_YARA, "y", long, DetectionLevel.MALICIOUS, (f"{n}", long) * 40)
        for n in range(9)
    )
    text, _ = page(Verdict(Level.MALICIOUS, found), as_json=as_json, file_name=long, host=long)
    assert len(text) < 50_000
    assert "<" * (MAX_NAME + 1) not in text
    assert "…" in text or "\\u2026" in text


@pytest.mark.parametrize(
    "verdict, sentence",
    [
        (Verdict(Level.MALICIOUS, (TRICK, WORM)), "It contains malware."),
        (Verdict(Level.SUSPICIOUS, (TRICK,)), "It is not what it pretends to be"),
        (Verdict(Level.CLEAN, (HARMLESS,)), "The policy of this network"),
        (Verdict(Level.UNKNOWN, unscanned=(Unscanned("x", Reason.PARTIAL),)), "The policy of this"),
        *(
            (
                Verdict(Level.UNKNOWN, unscanned=(Unscanned("x", reason),)),
                words("en").sentences[reason.value],
            )
            for reason in GAPS
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


INSIDE = Verdict(Level.MALICIOUS, (replace(WORM, path=("a",)),))
PLAIN = parsed(page(INSIDE, file_name="a", host="b")[0]).tags
HOSTILE = "<script>alert(1)</script>'\"&<img src=x onerror=y>{{ 7*7 }}\x00\u202egpj.exe"


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_names_are_never_markup(file_name: str, host: str, threat: str) -> None:
    for decoration in ("", HOSTILE):
        name = threat + decoration
        found = Detection(Code.SIGNATURE_YARA, "yara", name, DetectionLevel.MALICIOUS, (name,))
        text, _ = page(
            Verdict(Level.MALICIOUS, (found,)),
            file_name=file_name + decoration,
            host=host + decoration,
        )
        assert parsed(text).tags == PLAIN


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_readers_language(language: str) -> None:
    encrypted = Verdict(Level.UNKNOWN, unscanned=(Unscanned("zip", Reason.ENCRYPTED),))
    text, _ = page(encrypted, accept_language=f"{language}-XX, xx;q=0.9")
    shown = html.unescape(text)
    assert f'<html lang="{language}">' in text
    spoken = words(language)
    for said in ("heading", "ask_sender", "send_open", "do_not", "why_text"):
        assert spoken.texts[said] in shown
    assert spoken.sentences["encrypted"] in shown
    assert spoken.texts["ask_soc"].replace("{id}", ID) in shown
    assert "{" not in text.partition("</style>")[2]


def test_without_a_wish_it_is_the_operators_language_and_contact() -> None:
    settings = BlockPageSettings(language="fr", contact="Amélie <12> {id}")
    text, _ = page(FORM, maker=BlockPage(settings), accept_language="tlh")
    assert '<html lang="fr">' in text
    assert "Amélie &lt;12&gt; {id}" in text or f"Amélie &lt;12&gt; {ID}" in text
    document = json.loads(page(FORM, maker=BlockPage(settings), as_json=True)[0])
    assert document["contact"] == "Amélie <12> {id}"


def own(template: str, folder: Path) -> BlockPage:
    path = folder / "page.html"
    path.write_text(template)
    return BlockPage(BlockPageSettings(template=str(path)))


def test_a_template_of_the_operators_own(tmp_path: Path) -> None:
    maker = own("<p>{{ words.heading }}: {{ file_name }} {{ transfer_id }}</p>", tmp_path)
    text, media_type = page(FORM, maker=maker, file_name="<b>", accept_language="de")
    assert text == f"<p>Diese Datei wurde gesperrt: &lt;b&gt; {ID}</p>"
    assert media_type == "text/html; charset=utf-8"


def test_a_template_that_fails_later_does_not_let_the_file_pass(tmp_path: Path) -> None:
    maker = own("{% if file_name == 'x' %}{{ nothing }}{% endif %}own", tmp_path)
    assert page(FORM, maker=maker)[0] == "own"
    assert "This file was blocked" in page(FORM, maker=maker, file_name="x")[0]


@pytest.mark.parametrize(
    "template, line, said",
    [
        ("a\n{% if %}", 2, "Expected an expression"),
        ("{{ nobody }}", 1, "'nobody' is undefined"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("x" * (256 * 1024 + 1), 1, "262144 bytes at most"),
    ],
)
def test_a_template_that_cannot_be_used_ends_the_start(
    template: str, line: int, said: str, tmp_path: Path
) -> None:
    with pytest.raises(RuleFileError, match=said) as raised:
        own(template, tmp_path)
    assert raised.value.line == line


def test_a_template_that_cannot_be_read_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match="No such file"):
        BlockPage(BlockPageSettings(template=str(tmp_path / "none.html")))
    (tmp_path / "page.html").write_bytes(b"\xff")
    with pytest.raises(RuleFileError, match="UTF-8"):
        BlockPage(BlockPageSettings(template=str(tmp_path / "page.html")))


def test_names_that_are_no_text() -> None:
    """A lone surrogate cannot be encoded; the page is there all the same."""
    text = "\ud800"
    found = Detection(Code.SIGNATURE_YARA, "yara", text, DetectionLevel.MALICIOUS, (text,))
    for as_json in (False, True):
        assert page(Verdict(Level.MALICIOUS, (found,)), as_json=as_json, file_name="\udcff")
