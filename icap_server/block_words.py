"""The texts of the block page in each language, from `languages/`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from scanners.model import DetectionLevel, Reason
from verdicts.model import Verdict

FOLDER = Path(__file__).parent / "languages"
LANGUAGES = ("en", "de", "fr", "es", "ja")
"""ISO 639-1; the first is the one that a reader gets who asks for none of these."""
GAPS = (
    *(Reason.ENCRYPTED, Reason.TOO_LARGE, Reason.TOO_DEEP, Reason.TOO_MANY, Reason.MALFORMED),
    *(Reason.ENGINE_DOWN, Reason.CRASHED, Reason.TIMED_OUT),
)
"""Reasons for which there is a sentence of their own."""


@dataclass(frozen=True, slots=True)
class Words:
    """All that is said in one language."""

    language: str
    texts: Mapping[str, str]
    sentences: Mapping[str, str]
    """Why a file was stopped, by `sentence_key`."""


@cache
def words(language: str) -> Words:
    """Return the texts of one of LANGUAGES."""
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    sentences = MappingProxyType(texts.pop("sentences"))
    return Words(language, MappingProxyType(texts), sentences)


def sentence_key(verdict: Verdict) -> str:
    """Return which sentence says best why the file was stopped."""
    levels = {detection.level for detection in verdict.detections}
    if DetectionLevel.MALICIOUS in levels:
        return "malware"
    if DetectionLevel.SUSPICIOUS in levels:
        return "disguise"
    for gap in verdict.unscanned:
        if gap.reason in GAPS:
            return gap.reason.value
    return "policy"
