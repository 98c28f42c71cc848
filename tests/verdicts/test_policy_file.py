"""rules/policy.toml is refused at start, with file and line, for whatever is not understood."""

import re
from pathlib import Path

import pytest

from scanners.model import Code, Level, Reason
from verdicts.clause import Clause, Mode, Weights
from verdicts.model import Action
from verdicts.policy_file import CLAUSE, PolicyFile, read_policy_file
from verdicts.rule_file import RuleFileError

HEAD = 'default = "block"\n\n[[clause]]\nname = "a"\naction = "allow"\n'


def read(tmp_path: Path, text: str) -> PolicyFile:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return read_policy_file(path)


def test_the_smallest_file(tmp_path: Path) -> None:
    file = read(tmp_path, 'default = "allow"\n')
    assert (file.clauses, file.default, file.mode) == ((), Action.ALLOW, Mode.ENFORCE)


def test_weighing_keys(tmp_path: Path) -> None:
    text = HEAD + 'level = ["info", "unknown"]\ncodes = ["document.*", "archive.bomb"]\n'
    (clause,) = read(tmp_path, text + 'reasons = "encrypted"\n').clauses
    documents = {Code.DOCUMENT_ENCRYPTED, Code.DOCUMENT_MACRO, Code.DOCUMENT_EXTERNAL}
    weights = Weights(
        frozenset({Level.UNKNOWN}),
        True,
        frozenset({*documents, Code.ARCHIVE_BOMB}),
        frozenset({Reason.ENCRYPTED}),
    )
    assert clause == Clause("a", Action.ALLOW, Mode.ENFORCE, weights)


ROOT = Path(__file__).parents[2]
DESIGNED = """
name action mode service direction level codes reasons file_name true_type declared_type program
channel user group client_ip host url size partial hash_allowed
"""


def test_the_clause_has_exactly_the_designed_keys() -> None:
    assert sorted(CLAUSE) == sorted(DESIGNED.split())


@pytest.mark.parametrize(
    "text, line, message",
    [
        ("", 1, 'the line default = "block" (or "allow") is missing'),
        ('default = "maybe"', 1, "default knows no 'maybe'; known: allow, block"),
        ('default = "hold"', 1, "default hold is not possible yet"),
        ('default = "cut"', 1, "default cut cannot be asked for: write block"),
        ('default = ["block"]', 1, "default takes one text"),
        (
            'default = "block"\nfoo = 1',
            2,
            "unknown key 'foo' in the policy; known keys: default, bypass_hosts, policy, clause, "
            "trickle",
        ),
        ('default = "block"\n[clauses]\nx = 1', 2, "unknown key 'clauses' in the policy"),
        ('default = "block"\n[policy]\nmood = "x"', 3, "unknown key 'mood' in [policy]"),
        ('default = "block"\n[policy]\nmode = "x"', 3, "mode knows no 'x'; known: enforce, mon"),
        ('default = "block"\npolicy = 1', 2, "policy is a table: write [policy]"),
        ('default = "block"\nbypass_hosts = ["*"]', 2, "bypass_hosts '*' is no host"),
        ('default = "block"\nbypass_hosts = ""', 2, "bypass_hosts takes a text"),
        ('default = "block"\n[[clause]]\naction = "allow"', 2, "a clause needs a name"),
        ('default = "block"\n[[clause]]\nname = ""', 3, "name takes 1 to 64 letters"),
        ('default = "block"\n[[clause]]\nname = "a b"', 3, "name takes 1 to 64 letters"),
        ('default = "block"\n[[clause]]\nname = 1', 3, "name takes 1 to 64 letters"),
        ('default = "block"\n[[clause]]\nname = "bypass"', 3, "name 'bypass' is taken"),
        ('default = "block"\n[[clause]]\nname = "default"', 3, "name 'default' is taken"),
        ('default = "block"\n[[clause]]\nname = "a"', 2, 'a line action = "block" (or "allow")'),
        (HEAD + '\n[[clause]]\nname = "a"', 8, "the name 'a' is taken by the clause in line 3"),
        (
            HEAD + "foo = 1",
            6,
            "unknown key 'foo' in clause 'a'; known keys: name, action, mode, level, codes, "
            "reasons, service, direction, file_name, true_type, declared_type, channel, user, "
            "group, client_ip, host, url, size, partial, hash_allowed, program",
        ),
        (HEAD + "[clause.sub]\nx = 1", 3, "unknown key 'sub' in clause 'a'"),
        (HEAD.replace("allow", "hold"), 5, "clause 'a': action hold is not possible yet"),
        (HEAD.replace("allow", "cut"), 5, "clause 'a': action cut cannot be asked for"),
        (HEAD.replace("allow", "drop"), 5, "clause 'a': action knows no 'drop'"),
        (HEAD + 'mode = "monitor"', 6, "clause 'a': mode monitor watches what a block would do"),
        (HEAD + 'mode = "watch"', 6, "clause 'a': mode knows no 'watch'"),
        (HEAD + 'level = "bad"', 6, "clause 'a': level knows no 'bad'; known: clean, unknown, sus"),
        (HEAD + 'codes = "disguise.extention"', 6, "clause 'a': codes knows no 'disguise.extent"),
        (HEAD + 'codes = ["signature.*", "x.*"]', 6, "clause 'a': codes knows no 'x.*'"),
        (HEAD + "codes = []", 6, "clause 'a': codes is an empty list"),
        (HEAD + 'reasons = "locked"', 6, "clause 'a': reasons knows no 'locked'; known: partial"),
        (HEAD + 'size = "big"', 6, "clause 'a': size does not understand 'big'"),
        (HEAD + "program = 1", 6, "clause 'a': program takes true or false"),
        (HEAD + 'level = "info"', 6, "clause 'a': level \"info\" belongs to codes"),
        (HEAD + 'level = "clean"\nreasons = "partial"', 6, "clause 'a': never matches: with a rea"),
        (HEAD + 'codes = "*"\nlevel = ["clean", "unknown"]', 7, "clause 'a': never matches: codes"),
    ],
)
def test_refused(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(RuleFileError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/policy.toml:{line}: {message}")


@pytest.mark.parametrize(
    "keys",
    [
        'level = ["clean", "suspicious"]\nreasons = "partial"',
        'level = ["unknown", "suspicious"]\ncodes = "*"',
        'level = ["clean", "info"]\ncodes = "*"\nreasons = "partial"',
        'level = "unknown"\nreasons = "partial"',
    ],
)
def test_what_can_match_is_taken(tmp_path: Path, keys: str) -> None:
    assert len(read(tmp_path, HEAD + keys).clauses) == 1


def test_the_manual_knows_every_key_and_its_examples_are_understood(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "policy.md").read_text("utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", manual, re.MULTILINE)
    assert sorted(re.findall(r"\w+", " ".join(rows))) == sorted(CLAUSE)
    examples = re.findall(r"^```toml\n(.*?)^```", manual, re.MULTILINE | re.DOTALL)
    (tmp_path / "types.toml").write_bytes((ROOT / "rules" / "types.toml").read_bytes())
    assert len(read(tmp_path, "\n".join(examples)).clauses) == 5
