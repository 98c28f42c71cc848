"""The catalogue is read strictly, listed in one order, and held against the rules that exist."""

from pathlib import Path

import pytest

from scanners.rules.catalogue import (
    MAX_FILE_BYTES,
    CatalogueError,
    Entry,
    catalogue_problems,
    read_catalogue,
)

CHOKE = """\
name = "W32/Choke"
kind = "family"
aliases = ["I-Worm.Choke"]
first_seen = "June 2001"
networks = ["MSN Messenger"]
transport = "file"
basis = "published strings"
cover = [
    { rule = "Douane.Worm.Choke", basis = "file names" },
    { rule = "MAL_Worm_Choke_Nov26", basis = "published strings" },
]
about = "Answers chats."
references = ["https://example.com/choke"]
"""
SIMIC = """\
name = "W32.Simic.Worm"
named_in_articles = true
kind = "family"
basis = "none"
about = "Nothing."
"""


def write(rules: Path, **files: str) -> Path:
    (rules / "catalogue").mkdir(exist_ok=True)
    for name, text in files.items():
        (rules / "catalogue" / f"{name}.toml").write_text(text, "utf-8")
    return rules


def entry(tmp_path: Path, text: str) -> Entry:
    return read_catalogue(write(tmp_path, one=text))[0]


def test_an_entry_says_all_that_its_file_says(tmp_path: Path) -> None:
    found = entry(tmp_path, CHOKE)
    assert found.name == "W32/Choke"
    assert found.kind == "family"
    assert found.aliases == ("I-Worm.Choke",)
    assert found.first_seen == "June 2001"
    assert found.networks == ("MSN Messenger",)
    assert found.transport == "file"
    assert found.rules == ("Douane.Worm.Choke", "MAL_Worm_Choke_Nov26")
    assert found.basis == "published strings"
    assert found.about == "Answers chats."
    assert found.references == ("https://example.com/choke",)
    assert found.file == "catalogue/one.toml"
    assert not found.named_in_articles


def test_an_entry_without_rules_has_no_basis(tmp_path: Path) -> None:
    found = entry(tmp_path, SIMIC)
    assert (found.rules, found.basis) == ((), "none")
    assert found.named_in_articles


def test_what_an_editor_keeps_is_no_entry(tmp_path: Path) -> None:
    assert read_catalogue(write(tmp_path, **{".one": "name ="})) == ()


def test_without_a_catalogue_there_are_no_entries(tmp_path: Path) -> None:
    assert read_catalogue(tmp_path) == ()


def test_named_entries_come_first_then_families_by_name(tmp_path: Path) -> None:
    lure = 'name = "a lure"\nkind = "technique"\nbasis = "none"\nabout = "x"\n'
    zeroll = 'name = "Zeroll"\nkind = "family"\nbasis = "none"\nabout = "x"\n'
    write(tmp_path, a=lure, b=zeroll, c=CHOKE, d=SIMIC)
    names = [one.name for one in read_catalogue(tmp_path)]
    assert names == ["W32.Simic.Worm", "W32/Choke", "Zeroll", "a lure"]


REFUSED: list[tuple[str, str, int, str]] = [
    ("about", "abuot", 12, "unknown key 'abuot'"),
    ("about", '"a\\nb"', 1, r"unknown key 'a\\nb'"),
    ("about =", "[[cover]]\nabout =", 12, "no TOML"),
    ('"June 2001"', "2001", 4, "first_seen"),
    ('"June 2001"', '"June\\n2001"', 4, "a line of text"),
    ('"June 2001"', f'"{"x" * 2001}"', 4, "at most 2000"),
    ('["MSN Messenger"]', '"MSN"', 5, "a list"),
    ('["MSN Messenger"]', "[" + '"x",' * 101 + "]", 5, "at most 100"),
    ('["MSN Messenger"]', "[[1]]", 5, "a line of text"),
    ('"family"', '"worm"', 2, "kind is one of"),
    ('"W32/Choke"', '" "', 1, "needs name"),
    ('"Answers chats."', '""', 12, "needs about"),
    ("https://example.com/choke", "see the web", 13, "an address"),
    ("https://example.com/choke", "javascript:x", 13, "an address"),
    ('basis = "file names"', 'basis = "none"', 9, "the basis of a rule"),
    (', basis = "file names"', "", 8, "cover holds"),
    ("{ rule", "1, { rule", 8, "cover holds"),
    ("Douane.Worm.Choke", "MAL_Worm_Choke_Nov26", 9, "twice"),
    ("kind =", "named_in_articles = 1\nkind =", 2, "true or false"),
    ("kind =", "kind = =", 2, "no TOML"),
    ("kind =", f"kind = {'9' * 5000} #", 13, "no TOML"),
    ("kind =", f"kind = {'[' * 20000} #", 1, "too deep"),
    ("kind", "#" * MAX_FILE_BYTES, 1, "longer than"),
    ('"published strings"', '"rumours"', 7, "basis is one of"),
]


@pytest.mark.parametrize("old, new, line, said", REFUSED, ids=[row[3] for row in REFUSED])
def test_what_is_wrong_is_refused_by_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in CHOKE
    with pytest.raises(CatalogueError, match=said) as caught:
        entry(tmp_path, CHOKE.replace(old, new, 1))
    assert (caught.value.file, caught.value.line) == ("catalogue/one.toml", line)


def test_what_is_no_text_is_refused_by_line(tmp_path: Path) -> None:
    write(tmp_path, one="")
    (tmp_path / "catalogue" / "one.toml").write_bytes(b'name = "x"\nkind = "\xff"\n')
    with pytest.raises(CatalogueError, match=r"one\.toml:2: this is not UTF-8"):
        read_catalogue(tmp_path)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue" / "one.toml").mkdir(parents=True)
    with pytest.raises(CatalogueError, match="Is a directory"):
        read_catalogue(tmp_path)


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanners.rules.catalogue.MAX_ENTRIES", 1)
    with pytest.raises(CatalogueError, match="more than 1"):
        read_catalogue(write(tmp_path, a=CHOKE, b=SIMIC))


RULES = {"MAL_Worm_Choke_Nov26", "Douane.Worm.Choke", "TEST_Eicar_Nov26", "Douane.Test.Eicar"}


def said(tmp_path: Path, rules: set[str], **files: str) -> list[str]:
    return list(map(str, catalogue_problems(read_catalogue(write(tmp_path, **files)), rules)))


def test_a_catalogue_that_fits_the_rules(tmp_path: Path) -> None:
    assert said(tmp_path, RULES, choke=CHOKE, simic=SIMIC) == []


@pytest.mark.parametrize("claimed", ["file names", "traits", "none"])
def test_a_basis_that_is_not_that_of_the_rules(tmp_path: Path, claimed: str) -> None:
    wrong = CHOKE.replace("published strings", claimed, 1)
    (problem,) = said(tmp_path, RULES, choke=wrong)
    assert problem.startswith(f'catalogue/choke.toml:7: the basis is "{claimed}", and by the rules')


def test_a_basis_without_rules(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, set(), simic=SIMIC.replace("none", "traits"))
    assert 'by the rules in cover it is "none"' in problem


def test_a_rule_that_is_not_there(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, RULES - {"Douane.Worm.Choke"}, choke=CHOKE)
    assert problem.startswith("catalogue/choke.toml:9: Douane.Worm.Choke: there is no such rule")


def test_a_rule_that_no_entry_names(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, RULES | {"SUSP_X_Nov26"}, choke=CHOKE)
    assert problem.startswith("catalogue: SUSP_X_Nov26: no entry of the catalogue names the rule")


def test_a_name_of_two_entries_whatever_its_case(tmp_path: Path) -> None:
    other = SIMIC + 'aliases = [\n    "w32/choke",\n]\n'
    (problem,) = said(tmp_path, RULES, choke=CHOKE, simic=other)
    assert problem.startswith("catalogue/choke.toml:1: catalogue/simic.toml uses the name")


def test_an_entry_may_repeat_its_own_name(tmp_path: Path) -> None:
    assert said(tmp_path, RULES, choke=CHOKE.replace("I-Worm.Choke", "W32/Choke")) == []


def test_a_file_that_no_set_takes_is_told(tmp_path: Path) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "bad\x1bname.toml").write_text("")
    with pytest.raises(CatalogueError, match=r"catalogue/bad\\x1bname\.toml:1: no set takes"):
        read_catalogue(tmp_path)
