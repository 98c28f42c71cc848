"""The papers of a YARA rule: name and metadata, by the convention of rules/README.md.  Pure."""

import re
from collections.abc import Mapping
from datetime import date

NAME = re.compile(
    r"(MAL|SUSP|TEST)(_[A-Z][A-Za-z0-9]*)+_(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\d\d"
)
LEVELS = {"MAL": "malicious", "TEST": "malicious", "SUSP": "suspicious"}
TEXTS = ("description", "author", "date", "reference", "family", "level", "basis", "status")
STATUSES = ("testing", "stable", "deprecated")


def papers_faults(name: str, meta: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return (problem, fix) for everything that is wrong with the papers, in no fixed order."""
    return [*_name_faults(name, meta), *_text_faults(meta), *_other_faults(meta)]


def _name_faults(name: str, meta: Mapping[str, object]) -> list[tuple[str, str]]:
    matched = NAME.fullmatch(name)
    if matched is None:
        return [("the name breaks the convention", "call it like MAL_Worm_Choke_Nov26")]
    level = LEVELS[matched[1]]
    if meta.get("level") != level:
        return [(f"{matched[1]}_ rules are {level}", f'say level = "{level}" or change the name')]
    return []


def _text_faults(meta: Mapping[str, object]) -> list[tuple[str, str]]:
    missing = [key for key in TEXTS if not str(meta.get(key, "")).strip()]
    return [(f"the metadata lacks {key}", f'add {key} = "…"') for key in missing]


def _other_faults(meta: Mapping[str, object]) -> list[tuple[str, str]]:
    faults = []
    if not isinstance(meta.get("sample_seen"), bool):
        faults.append(("the metadata lacks sample_seen", "add sample_seen = false (or true)"))
    if "status" in meta and meta["status"] not in STATUSES:
        faults.append(("unknown status", f"use one of {', '.join(STATUSES)}"))
    if not str(meta.get("description", "Detects ")).startswith("Detects "):
        faults.append(("the description is no sentence", 'begin it with "Detects "'))
    if not re.match(r"https?://\S+$", str(meta.get("reference", "http://x"))):
        faults.append(("the reference is no address", "give the URL of the description"))
    if "date" in meta and not _is_date(str(meta["date"])):
        faults.append(("the date is none", "write it as 2026-11-23"))
    score = meta.get("score", 0)
    if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= 100:
        faults.append(("the score is no number from 0 to 100", "leave it out or correct it"))
    return faults


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
