"""douane rules new: what it writes is right, but for the texts that somebody has to write."""

import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from douane.commands.rules_new import write_skeleton
from scanners.rules.catalogue import read_catalogue
from scanners.rules.check import check_rules

Douane = Callable[..., int]
RULES = Path(__file__).parents[3] / "rules"
OWN = '[rules]\ndirectory = "rules"'
DAY = date(2027, 3, 9)


@pytest.fixture
def rules(short_folder: Path) -> Path:
    return Path(shutil.copytree(RULES, short_folder / "rules"))


def write(rules: Path, name: str, kind: str = "pe", family: str | None = None) -> list[str]:
    return write_skeleton(rules, name, kind, family=family, author="alice", today=DAY)


def test_skeletons_of_every_kind_are_right_but_for_their_texts(rules: Path) -> None:
    names = {"worm_one": "pe", "technique_two": "script", "bot_three": "lnk", "bot_four": "any"}
    for name, kind in names.items():
        assert len(write(rules, name, kind)) == 3
    found = check_rules(rules)
    assert {problem.problem for problem in found.problems} == {
        "this is still as `douane rules new` wrote it"
    }
    assert len({problem.file for problem in found.problems}) == 3 * len(names)
    for path in rules.rglob("*"):
        if path.is_file() and path.stem in names:
            text = path.read_text().replace("CHANGE ME", path.stem).replace("CHANGE-ME", "x")
            path.write_text(text)
    found = check_rules(rules)
    assert found.problems == ()
    made = {"MAL_Worm_One_Mar27", "SUSP_Two_Mar27", "MAL_Bot_Three_Mar27", "MAL_Bot_Four_Mar27"}
    assert made <= {test.rule for test in found.tests if test.passed}
    kinds = {entry.name: entry.kind for entry in read_catalogue(rules)}
    assert (kinds["One"], kinds["Two"]) == ("family", "technique")


def test_a_family_that_is_known_gets_no_second_entry(rules: Path) -> None:
    *written, said = write(rules, "worm_second", family="choke")
    assert len(written) == 2
    line = '{ rule = "MAL_Worm_Second_Mar27", basis = "published strings" }'
    assert said == f"add to cover in {rules}/catalogue/choke.toml: {line}"
    assert tomllib.loads(f"cover = [{line}]")


@pytest.mark.parametrize(
    "name, family",
    [
        *((name, None) for name in ("worm", "Worm_A", "../worm_a", "worm_a/b", "w_" + "a" * 60)),
        *(("worm_a", family) for family in ('a"b', "a\nb", "a\\b", "{rule}", "x" * 61)),
    ],
)
def test_names_that_no_rule_can_have(tmp_path: Path, name: str, family: str | None) -> None:
    with pytest.raises(ValueError, match=r"is no name for a rule|has characters that no family"):
        write(tmp_path, name, family=family)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "catalogue").mkdir()
    mine = tmp_path / "catalogue" / "worm_a.toml"
    mine.write_text('name = "B"\nkind = "family"\nbasis = "none"\nabout = "x"\n')
    with pytest.raises(FileExistsError, match=r"worm_a\.toml is there already"):
        write(tmp_path, "worm_a")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "a.toml").write_text("=")
    with pytest.raises(ValueError, match=r"first correct the catalogue: catalogue/a\.toml:1"):
        write(tmp_path, "worm_a")


def test_the_command_says_what_to_do_next(
    douane: Douane, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("rules", "new", "worm_a", "--author", "alice", toml=OWN) == 0
    text = capsys.readouterr().out
    assert f"wrote {rules}/yara/pe/worm_a.yar\n" in text
    assert "replace each CHANGE ME" in text
    assert douane("rules", "new", "worm_a", toml=OWN) == 2
    assert "is there already" in capsys.readouterr().err
    assert douane("rules", "new", "worm_b", "--author", 'a"', toml=OWN) == 2
    assert "has characters" in capsys.readouterr().err
