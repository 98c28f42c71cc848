"""Every language says everything, and the worst finding decides what is said."""

import re

import pytest

from icap_server.block_words import FOLDER, GAPS, LANGUAGES, sentence_key, words
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.model import Verdict

BLANK = re.compile(r"\{[a-z]*\}")


def test_there_is_a_file_for_each_language() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything(language: str) -> None:
    spoken, english = words(language), words("en")
    assert spoken.texts.keys() == english.texts.keys()
    assert spoken.sentences.keys() == english.sentences.keys()
    for key, text in spoken.texts.items():
        assert text.strip() == text != ""
        assert sorted(BLANK.findall(text)) == sorted(BLANK.findall(english.texts[key])), key


@pytest.mark.parametrize("language", set(LANGUAGES) - {"en"})
def test_a_language_is_not_english(language: str) -> None:
    same = {key for key, text in words(language).texts.items() if text == words("en").texts[key]}
    assert same <= {"service", "inside"}
    assert not set(words(language).sentences.values()) & set(words("en").sentences.values())


def test_every_gap_has_a_sentence() -> None:
    assert words("en").sentences.keys() == {
        *("malware", "disguise", "policy"),
        *(reason.value for reason in GAPS),
    }


def found(level: DetectionLevel) -> Detection:
    return Detection(Code.SIGNATURE_YARA, "yara", "a", level)


@pytest.mark.parametrize(
    "levels, reasons, key",
    [
        ((DetectionLevel.SUSPICIOUS, DetectionLevel.MALICIOUS), (Reason.ENCRYPTED,), "malware"),
        ((DetectionLevel.SUSPICIOUS,), (Reason.ENCRYPTED,), "disguise"),
        ((DetectionLevel.INFO,), (Reason.PARTIAL, Reason.TIMED_OUT), "timed_out"),
        ((DetectionLevel.INFO,), (Reason.PARTIAL,), "policy"),
        ((), (), "policy"),
    ],
)
def test_the_worst_decides(
    levels: tuple[DetectionLevel, ...], reasons: tuple[Reason, ...], key: str
) -> None:
    gaps = tuple(Unscanned("x", reason) for reason in reasons)
    assert sentence_key(Verdict(Level.UNKNOWN, tuple(map(found, levels)), gaps)) == key
