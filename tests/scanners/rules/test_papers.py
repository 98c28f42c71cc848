"""Papers of a rule: each fault is found, and good papers have none."""

import pytest

from scanners.rules.papers import papers_faults

NAME = "MAL_Worm_Choke_Nov26"
GOOD: dict[str, object] = {
    "description": "Detects a thing",
    "author": "Douane",
    "date": "2026-11-23",
    "reference": "https://example.com/choke",
    "family": "Choke",
    "level": "malicious",
    "basis": "published description",
    "sample_seen": False,
    "status": "testing",
    "score": 65,
}
CASES: list[tuple[str, dict[str, object], str]] = [
    (NAME, {"description": ""}, "lacks description"),
    (NAME, {"author": " "}, "lacks author"),
    (NAME, {"family": ""}, "lacks family"),
    (NAME, {"basis": ""}, "lacks basis"),
    (NAME, {"status": ""}, "lacks status"),
    (NAME, {"description": "A rule for Choke"}, "no sentence"),
    (NAME, {"date": "23.11.2026"}, "date is none"),
    (NAME, {"date": "20261123"}, "date is none"),
    (NAME, {"date": "2026-02-30"}, "date is none"),
    (NAME, {"reference": "see the web"}, "no address"),
    (NAME, {"reference": "https://a b"}, "no address"),
    (NAME, {"sample_seen": "no"}, "lacks sample_seen"),
    (NAME, {"status": "new"}, "unknown status"),
    (NAME, {"score": 101}, "score"),
    (NAME, {"score": "high"}, "score"),
    (NAME, {"level": "suspicious"}, "MAL_ rules are malicious"),
    ("SUSP_Worm_X_Nov26", {}, "SUSP_ rules are suspicious"),
    ("MAL_Choke", {}, "convention"),
    ("mal_worm_choke_Nov26", {}, "convention"),
    ("MAL_Worm_Choke_Nov2026", {}, "convention"),
    ("INFO_Worm_Choke_Nov26", {}, "convention"),
]


@pytest.mark.parametrize("name", [NAME, "TEST_Eicar_Nov26", "MAL_A_Jan00"])
def test_good_papers(name: str) -> None:
    assert papers_faults(name, GOOD) == []


def test_the_score_may_be_absent() -> None:
    assert papers_faults(NAME, {key: GOOD[key] for key in GOOD if key != "score"}) == []


@pytest.mark.parametrize("name, change, problem", CASES)
def test_each_fault_is_found(name: str, change: dict[str, object], problem: str) -> None:
    faults = papers_faults(name, GOOD | change)
    assert any(problem in text for text, _ in faults)
    assert all(fix for _, fix in faults)


def test_no_papers_at_all() -> None:
    missing = {text for text, _ in papers_faults(NAME, {})}
    assert "the metadata lacks reference" in missing
    assert "the metadata lacks sample_seen" in missing
    assert len(missing) == 10
