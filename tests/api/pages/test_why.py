"""Why, in words: for every kind of ruling, and which clause asked for what was found."""

from typing import Any

import pytest

from api.pages.why import Clause, read_clause, sentences

ROW: dict[str, Any] = {
    "direction": "download",
    "action": "block",
    "wanted": "block",
    "enforced": True,
    "level": "malicious",
    "clause": "malicious",
    "detections": [],
    "unscanned": [],
}


def found(level: str, code: str = "signature.yara", *path: str) -> dict[str, Any]:
    return {"code": code, "name": "Worm", "level": level, "path": list(path)}


def gap(reason: str, *path: str) -> dict[str, Any]:
    return {"reason": reason, "path": list(path)}


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({}, "The download was blocked."),
        ({"direction": "upload", "action": "hold"}, "The upload was held."),
        (
            {"action": "allow", "enforced": False},
            "The download was allowed: the policy only watches, and would have had it blocked.",
        ),
        (
            {"action": "cut"},
            "The download was cut off, when its first bytes had already been let through.",
        ),
        ({"level": "clean"}, "Nothing was found, and everything was inspected."),
        (
            {"detections": [found("malicious", "signature.yara", "a.zip", "b.exe")]},
            "A YARA rule recognised it: Worm in a.zip › b.exe.",
        ),
        (
            {"unscanned": [gap("encrypted", "a.zip")]},
            "Not everything could be inspected in a.zip: it is protected with a password that "
            "nobody here knows.",
        ),
        (
            {"unscanned": [gap("crashed"), gap("crashed")]},
            "Not everything could be inspected (2 parts): a scanner failed on it.",
        ),
        ({"clause": "default"}, "No clause of the policy matched, so its default decided."),
        (
            {"clause": "bypass", "action": "allow"},
            "The policy names this host among those that are never inspected.",
        ),
        (
            {"clause": "lab", "action": "allow", "wanted": "allow"},
            "The clause “lab” lets this pass all the same.",
        ),
        ({}, "The clause “malicious” of the policy decided."),
    ],
)
def test_sentences(change: dict[str, Any], sentence: str) -> None:
    assert sentence in sentences({**ROW, **change})


def test_the_worst_first_and_not_without_end() -> None:
    many = [found("suspicious")] * 9 + [found("malicious", "signature.clamav"), found("info")]
    told = sentences({**ROW, "detections": many})
    assert told[2].startswith("A ClamAV signature recognised it")
    assert told[8] == "And 4 more findings, listed below."


@pytest.mark.parametrize(
    "values, item, named",
    [
        ({"level": "malicious"}, found("malicious"), True),
        ({"level": ["malicious", "suspicious"]}, found("suspicious"), True),
        ({"level": "malicious"}, found("suspicious"), False),
        ({"codes": ["signature.*"]}, found("suspicious"), True),
        ({"codes": "disguise.bidi"}, found("malicious"), False),
        ({"codes": ["signature.*"]}, found("info"), False),
        ({"codes": ["signature.*"], "level": "info"}, found("info"), True),
        ({"reasons": ["encrypted"]}, found("malicious"), False),
    ],
)
def test_detections_of_a_clause(values: dict[str, Any], item: dict[str, Any], named: bool) -> None:
    assert Clause(values).names_detection(item) is named


@pytest.mark.parametrize(
    "values, reason, named",
    [
        ({"reasons": ["encrypted"]}, "encrypted", True),
        ({"reasons": "too_large"}, "encrypted", False),
        ({"level": "unknown"}, "encrypted", True),
        ({"level": "malicious"}, "encrypted", False),
    ],
)
def test_gaps_of_a_clause(values: dict[str, Any], reason: str, named: bool) -> None:
    assert Clause(values).names_gap(gap(reason)) is named


def test_the_clause_as_it_is_written() -> None:
    clause = Clause({"name": "a", "codes": ["b", "c"], "program": True, "size": "> 1 MiB"})
    assert clause.lines == [
        'name = "a"',
        'codes = ["b", "c"]',
        "program = true",
        'size = "> 1 MiB"',
    ]


def test_read_from_the_rule_set_of_the_verdict(site: Any, active: str) -> None:
    policy = site.store.folder(active) / "policy.toml"
    policy.chmod(0o644)
    policy.write_text('[[clause]]\nname = "malicious"\naction = "block"\n')
    found = read_clause(site.store, active, "malicious")
    assert found
    assert found.lines == ['name = "malicious"', 'action = "block"']
    assert read_clause(site.store, active, "gone") is None
    assert read_clause(site.store, "gone", "malicious") is None
    policy.write_text("no TOML")
    assert read_clause(site.store, active, "malicious") is None
    policy.write_text("#" * 2_000_000)
    assert read_clause(site.store, active, "malicious") is None
