"""Papers of a rule: each fault is found, and good papers have none."""

import pytest

from scanners.rules.papers import papers_faults

NAME = "MAL_Worm_Choke_Nov26"
GOOD: dict[str, str | int | bool] = {
    "id": "0e7f2b3a-1c4d-5e6f-8a9b-0c1d2e3f4a5b",
    "version": "1.0",
    "description": "Detects a thing",
    "author": "Douane",
    "date": "2026-11-23",
    "reference": "https://example.com/choke",
    "category": "MALWARE",
    "malware_type": "WORM",
    "family": "Choke",
    "sharing": "TLP:CLEAR",
    "source": "Douane",
    "level": "malicious",
    "basis": "published description",
    "sample_seen": False,
    "status": "testing",
    "score": 65,
}
CASES: list[tuple[str, dict[str, str | int | bool], str]] = [
    (NAME, {"id": "1"}, "id is none"),
    (NAME, {"id": "0E7F2B3A-1C4D-5E6F-8A9B-0C1D2E3F4A5B"}, "id is none"),
    (NAME, {"version": "one"}, "version is none"),
    (NAME, {"version": 1}, "version is none"),
    (NAME, {"category": "WORM"}, "unknown category"),
    (NAME, {"malware_type": ""}, "lacks malware_type"),
    (NAME, {"malware_type": "worm"}, "kind of malware is none"),
    (NAME, {"sharing": "TLP:WHITE"}, "unknown sharing"),
    (NAME, {"source": ""}, "lacks source"),
    (NAME, {"score": True}, "score"),
    (NAME, {"description": ""}, "lacks description"),
    (NAME, {"author": " "}, "lacks author"),
    (NAME, {"author": "a\x1b]0;b"}, "author is not printable"),
    (NAME, {"description": "Detects a\nthing"}, "description is not printable"),
    (NAME, {"notes": "\u202egnp.exe"}, "notes is not printable"),
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


@pytest.mark.parametrize("category", ["TECHNIQUE", "TOOL", "INFO", "EXPLOIT"])
def test_only_malware_says_its_kind(category: str) -> None:
    rest = {key: GOOD[key] for key in GOOD if key != "malware_type"}
    assert papers_faults(NAME, rest | {"category": category}) == []


def test_each_empty_paper_is_told_once() -> None:
    for key in GOOD:
        assert len(papers_faults(NAME, GOOD | {key: ""})) == (2 if key == "level" else 1), key


@pytest.mark.parametrize("name, change, problem", CASES)
def test_each_fault_is_found(name: str, change: dict[str, str | int | bool], problem: str) -> None:
    faults = papers_faults(name, GOOD | change)
    assert any(problem in text for text, _ in faults)
    assert all(fix for _, fix in faults)


def test_no_papers_at_all() -> None:
    missing = {text for text, _ in papers_faults(NAME, {})}
    assert "the metadata lacks reference" in missing
    assert "the metadata lacks sample_seen" in missing
    assert len(missing) == 16
