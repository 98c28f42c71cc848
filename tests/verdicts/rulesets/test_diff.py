"""Two rule sets compared as an analyst reads them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets import diff
from verdicts.rulesets.diff import ListChange, compare, digests, yara_rules
from verdicts.rulesets.records import Change

ONE = 'rule one { strings: $a = "x" condition: $a }\n'
TWO = "private rule two { condition: filesize < 4 }\n"
HASH = "44d88612fea8a8f36de82e1278abb02f:68:"


def test_nothing_differs_from_itself(make_set: MakeSet) -> None:
    found = compare(make_set(), make_set())
    assert not found.files
    assert not found.rules
    assert found.lists == ()
    assert found.summary() == Change()


def test_rules_lists_and_files(make_set: MakeSet) -> None:
    old = make_set(
        "old",
        {
            "yara/a.yar": ONE + TWO,
            "yara/gone.yar": "rule gone { condition: true }",
            "clamav/a.hdb": f"# note\n{HASH}Douane.Test.One\n{HASH}Douane.Test.Two\n",
            "clamav/a.ldb": "Douane.Test.L;Engine:51-255;0;6161",
            "blocked.txt": "# list\naaaa\nbbbb # why\n",
            "passwords.txt": "secret\n",
        },
    )
    new = make_set(
        "new",
        {
            "yara/a.yar": "// note\n" + TWO.replace(" ", "\n ") + ONE.replace('"x"', '"y"'),
            "yara/pe/new.yar": "rule new { condition: true }",
            "clamav/a.hdb": f"{HASH}Douane.Test.One\n{HASH}Douane.Test.Three\n",
            "clamav/a.ldb": "Douane.Test.L;Engine:51-255;0;6162",
            "blocked.txt": "bbbb # why\ncccc\n",
            "passwords.txt": "other\n",
            "yara/tests/pe/new.toml": "",
        },
    )
    found = compare(old, new)
    rules = Change(
        added=("Douane.Test.Three", "new"),
        removed=("Douane.Test.Two", "gone"),
        changed=("Douane.Test.L", "one"),
    )
    assert found.rules == rules
    assert found.files.added == ("yara/pe/new.yar", "yara/tests/pe/new.toml")
    assert found.files.removed == ("yara/gone.yar",)
    assert "yara/a.yar" in found.files.changed
    assert found.lists == (
        ListChange("blocked.txt", ("cccc",), ("aaaa",)),
        ListChange("passwords.txt", ("(a password)",), ("(a password)",)),
    )
    assert "secret" not in repr(found)
    assert found.summary() == Change(
        (*rules.added, "yara/tests/pe/new.toml"),
        rules.removed,
        (*rules.changed, "blocked.txt", "passwords.txt", "policy.toml"),
    )


def test_a_rule_that_moves_to_another_file_did_not_change(make_set: MakeSet) -> None:
    found = compare(make_set("a", {"yara/a.yar": ONE}), make_set("b", {"yara/b.yar": ONE}))
    assert not found.rules
    assert found.files.added == ("yara/b.yar",)


def test_against_nothing_all_is_new(make_set: MakeSet) -> None:
    found = compare(None, make_set(files={"yara/a.yar": ONE, "members.txt": "a 1\n"}))
    assert found.rules == Change(added=("one",))
    assert found.files.added == ("members.txt", "policy.toml", "yara/a.yar")
    assert found.lists == (ListChange("members.txt", ("a 1",), ()),)


def test_a_large_file_is_only_said_to_differ(
    make_set: MakeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff, "MAX_COMPARED", 10)
    found = compare(make_set("a", {"yara/a.yar": ONE}), make_set("b", {"yara/a.yar": TWO}))
    assert found.files.changed == ("policy.toml", "yara/a.yar")
    assert not found.rules


@pytest.mark.parametrize(
    "source, names",
    [
        ("rule a{condition:true}rule b{condition:true}", ["a", "b"]),
        ("private\nglobal rule a : tag { condition: true }", ["a"]),
        ("// rule no\n/* rule no { */ rule a { condition: true }", ["a"]),
        (
            'rule a { strings: $ = "\\" rule no {" $b = /x\\/ rule no/ condition: any of them }',
            ["a"],
        ),
        ('rule a { meta: rule_id = "x" condition: true }', ["a"]),
        ("/* rule no", []),
        ('"rule no\nrule a { condition: true }', ["a"]),
        ("overrule x superrule y", []),
        ("rule", []),
        ("", []),
    ],
)
def test_rules_are_found_by_their_text(source: str, names: list[str]) -> None:
    assert list(yara_rules(source)) == names


def test_comments_and_spaces_do_not_count_but_texts_do() -> None:
    plain = yara_rules('rule a { strings: $a = "a  b" condition: $a }')
    assert plain == yara_rules('rule a { // c\nstrings:  $a\t= "a  b" /* d */ condition: $a }\n\n')
    assert plain != yara_rules('rule a { strings: $a = "a b" condition: $a }')


@pytest.mark.parametrize(
    "piece", ["/*", '"', '\\"', '"\\', "/", "private ", "rule ", " ", "//", "/a", "global\n", "a/"]
)
def test_the_time_is_linear_whatever_the_text(piece: str) -> None:
    started = time.process_time()
    yara_rules(piece * 200_000)
    assert time.process_time() - started < 3  # a quadratic one takes hours


@given(st.binary(max_size=300), st.text(alphabet='rule /*"\\\n{}a', max_size=200))
def test_any_text_is_read(listed: bytes, source: str) -> None:
    yara_rules(source)
    digests(listed)
