"""Edits over REST, found by comparing sets, and what becomes of them with another set."""

from pathlib import Path

import pytest

from scanners.hash_lists import Listed
from verdicts.rulesets.edits import Edit, EditsUnreadable, edits, made_again, merge, shown

ONE, TWO = "a" * 64, "b" * 64
LINE = f"{ONE}  never  ann  a worm\n"
OTHER = f"{TWO}  2099-01-31  bob  another one\n"
SAID = Listed(None, "ann", "a worm")


def rules(folder: Path, name: str, *, blocked: str = "", policy: str = "default = 1\n") -> Path:
    made = folder / name
    made.mkdir()
    (made / "policy.toml").write_text(policy)
    if blocked:
        (made / "blocked.txt").write_text(blocked)
    return made


def test_what_was_edited(tmp_path: Path) -> None:
    base = rules(tmp_path, "base", blocked=f"# ours\n{OTHER}")
    active = rules(tmp_path, "active", blocked=LINE, policy="default = 2\n")
    found = edits(base, active)
    assert shown(found) == [
        "blocked.txt: aaaaaaaaaaaaaaaa added: a worm (ann)",
        "blocked.txt: bbbbbbbbbbbbbbbb removed",
        "policy.toml: replaced",
    ]
    assert edits(base, base) == ()


def test_edits_are_made_again(tmp_path: Path) -> None:
    """What the other set has changed elsewhere stays, its comments as well."""
    base = rules(tmp_path, "base", blocked=OTHER)
    active = rules(tmp_path, "active", blocked=LINE, policy="default = 2\n")
    folder = rules(tmp_path, "folder", blocked=f"# a word\n{OTHER}{'c' * 64}  never  x  y\n")
    merged = merge(edits(base, active), folder)
    assert (len(merged.missing), merged.disputed) == (3, ())
    assert made_again(merged.missing, folder) == {
        "blocked.txt": f"# a word\n{'c' * 64}  never  x  y\n{LINE}".encode(),
        "policy.toml": b"default = 2\n",
    }


@pytest.mark.parametrize("words", ["never  ann  a worm", "2099-01-01  bob  seen here, too"])
def test_what_the_other_set_has_is_not_made_again(tmp_path: Path, words: str) -> None:
    """Of two words about one file that both block, those in the folder count."""
    made = edits(rules(tmp_path, "base"), rules(tmp_path, "active", blocked=LINE))
    merged = merge(made, rules(tmp_path, "folder", blocked=f"{ONE}  {words}\n"))
    assert (merged.missing, merged.disputed) == ((), ())


def test_what_was_changed_on_both_sides_is_disputed(tmp_path: Path) -> None:
    changed = LINE.replace("never", "2099-01-01")
    base = rules(tmp_path, "base", blocked=LINE)
    active = rules(tmp_path, "active", blocked=changed, policy="default = 2\n")
    folder = rules(tmp_path, "folder", policy="default = 3\n")
    assert [edit.file for edit in merge(edits(base, active), folder).disputed] == [
        "blocked.txt",
        "policy.toml",
    ]


def test_a_list_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    base, broken = rules(tmp_path, "base"), rules(tmp_path, "broken", blocked="nonsense\n")
    with pytest.raises(EditsUnreadable, match=r"blocked\.txt:1"):
        edits(base, broken)
    (broken / "blocked.txt").unlink()
    (broken / "policy.toml").write_bytes(b"\xff")
    with pytest.raises(EditsUnreadable, match="not UTF-8"):
        edits(base, broken)


def test_of_many_the_first_are_told() -> None:
    many = [Edit("blocked.txt", f"{number:064x}", None, SAID) for number in range(30)]
    assert len(shown(many)) == 21
    assert shown(many)[-1] == "and 10 more"
