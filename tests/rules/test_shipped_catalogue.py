"""The shipped catalogue: complete, and no more sure of itself than its sources."""

from pathlib import Path

from scanners.rules.catalogue import read_catalogue
from scanners.rules.folders import rule_conditions, rule_files

RULES = Path(__file__).parents[2] / "rules"
ENTRIES = read_catalogue(RULES)
FAMILIES = [entry for entry in ENTRIES if entry.kind == "family"]
TRAITS_ONLY = {"W32.AimVen.Worm", "W32.HLLP.VB.14336.C", "W32.Simic.Worm"}


def test_the_worms_of_the_articles_come_first() -> None:
    named = {entry.name for entry in ENTRIES if entry.named_in_articles}
    assert named == TRAITS_ONLY | {"W32.Upering.Worm"}
    assert {entry.name for entry in ENTRIES[:4]} == named


def test_those_without_published_facts_are_covered_by_traits_and_say_so() -> None:
    for entry in ENTRIES[:4]:
        if entry.name in TRAITS_ONLY:
            assert entry.basis == "traits"
            assert all(rule.startswith("SUSP_") for rule in entry.rules)
            assert "by the articles" in entry.first_seen
            assert "not found" in entry.about.lower() or "No description" in entry.about


def test_every_family_that_was_asked_for_has_an_entry() -> None:
    assert len(FAMILIES) >= 74


def test_published_strings_have_references() -> None:
    assert [e.name for e in FAMILIES if e.basis == "published strings" and not e.references] == []


def test_what_is_not_covered_says_why() -> None:
    uncovered = [entry for entry in FAMILIES if entry.basis == "none"]
    words = ("not found", "no description", "no ground", "no rule", "nothing was found", "no name")
    silent = [e.name for e in uncovered if not any(word in e.about.lower() for word in words)]
    assert silent == []


def test_a_malicious_rule_covers_a_family_by_what_was_published() -> None:
    covered = {one.rule for e in FAMILIES for one in e.cover if one.basis == "published strings"}
    files = rule_files(RULES / "yara")
    names = {name for path in files for name in rule_conditions(path.read_text("utf-8"))}
    malicious = {name for name in names if name.startswith("MAL_Worm_")}
    assert len(malicious) >= 25
    assert malicious <= covered
