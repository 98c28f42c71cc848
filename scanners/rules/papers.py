"""The papers of a YARA rule: name and metadata, by the convention of docs/analysts.md.  Pure.

They are those of the CCCS YARA specification, with `level`, `basis` and `sample_seen` of our own.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

NAME = re.compile(
    r"(MAL|SUSP|TEST)(_[A-Z][A-Za-z0-9]*)+_(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\d\d"
)
LEVELS = {"MAL": "malicious", "TEST": "malicious", "SUSP": "suspicious"}
STATUSES = ("testing", "stable", "deprecated")
CATEGORIES = ("MALWARE", "TECHNIQUE", "TOOL", "INFO", "EXPLOIT")
TEXTS = (
    *("id", "version", "description", "author", "date", "reference", "category", "family"),
    *("sharing", "source", "level", "basis", "status"),
)
FORMS = {
    "version": (re.compile(r"\d+(\.\d+){1,2}"), "the version is none", 'write it as "1.0"'),
    "description": (
        re.compile(r"Detects .+"),
        "the description is no sentence",
        'begin it with "Detects "',
    ),
    "reference": (
        re.compile(r"https?://\S+"),
        "the reference is no address",
        "give the URL of the description",
    ),
    "category": (
        re.compile("|".join(CATEGORIES)),
        "unknown category",
        f"use one of {', '.join(CATEGORIES)}",
    ),
    "malware_type": (
        re.compile(r"[A-Z]+([ -][A-Z]+)*"),
        "the kind of malware is none",
        'write it in capitals, malware_type = "WORM"',
    ),
    "sharing": (
        re.compile(r"TLP:(CLEAR|GREEN|AMBER|AMBER\+STRICT|RED)"),
        "unknown sharing",
        'use a mark of TLP 2.0, such as "TLP:CLEAR"',
    ),
    "status": (
        re.compile("|".join(STATUSES)),
        "unknown status",
        f"use one of {', '.join(STATUSES)}",
    ),
}
"""Key -> how its text looks, what is said of others, and the fix."""
Papers = Mapping[str, str | int | bool]


def papers_faults(name: str, papers: Papers) -> list[tuple[str, str]]:
    """Return (problem, fix) for everything that is wrong with the papers, in no fixed order."""
    missing = [key for key in TEXTS if not str(papers.get(key, "")).strip()]
    return [
        *((f"the metadata lacks {key}", f'add {key} = "…"') for key in missing),
        *_name_faults(name, papers),
        *_form_faults(papers),
        *_other_faults(papers, missing),
    ]


def _name_faults(name: str, papers: Papers) -> Iterator[tuple[str, str]]:
    matched = NAME.fullmatch(name)
    if matched is None:
        yield "the name breaks the convention", "call it like MAL_Worm_Choke_Nov26"
    elif papers.get("level") != (level := LEVELS[matched[1]]):
        yield f"{matched[1]}_ rules are {level}", f'say level = "{level}" or change the name'


def _form_faults(papers: Papers) -> Iterator[tuple[str, str]]:
    for key, value in papers.items():
        if not str(value).isprintable():
            yield f"{key} is not printable", "write one line, without control characters"
    for key, (form, said, fix) in FORMS.items():
        if str(papers.get(key, "")).strip() and not form.fullmatch(str(papers[key])):
            yield said, fix


def _other_faults(papers: Papers, missing: list[str]) -> Iterator[tuple[str, str]]:
    if "id" not in missing and not _is_uuid(str(papers["id"])):
        yield "the id is none", "give it a UUID of its own"
    if "date" not in missing and not _is_date(str(papers["date"])):
        yield "the date is none", "write it as 2026-11-23"
    if papers.get("category") == "MALWARE" and not papers.get("malware_type"):
        yield "the metadata lacks malware_type", 'add malware_type = "WORM" or what it is'
    if not isinstance(papers.get("sample_seen"), bool):
        yield "the metadata lacks sample_seen", "add sample_seen = false (or true)"
    score = papers.get("score")
    if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= 100:
        yield "the score is no number from 0 to 100", "add score = 65 or what it is worth"


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
