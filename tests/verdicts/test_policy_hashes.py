"""Hashes in the policy: what an analyst allows passes, unless it holds a blocked hash."""

from pathlib import Path

import pytest

from scanners.model import Code, Reason
from tests.verdicts.policy_cases import (
    ALLOW,
    BLOCK,
    DOWNLOAD,
    INFO,
    MALICIOUS,
    POLICY,
    SUSPICIOUS,
    UPLOAD,
    Part,
    found,
)
from verdicts.conclude import as_fragment
from verdicts.model import Action
from verdicts.policy import Policy

ALLOWED: Part = ("hash.allowed", INFO)
WORST: list[Part] = [(code.value, MALICIOUS) for code in Code if not code.startswith("hash.")]
GAPS: list[Part] = [reason.value for reason in Reason]
NOT_WHOLE = ["partial", "streaming"]
CLAUSE = 'default = "block"\n[[clause]]\nname = "a"\naction = "allow"\n'


def written(folder: Path, text: str) -> Policy:
    path = folder / "policy.toml"
    path.write_text(text)
    return Policy.read(path)


@pytest.mark.parametrize("part", [*WORST, *(gap for gap in GAPS if gap not in NOT_WHOLE)], ids=str)
def test_it_excuses_whatever_was_found(part: Part) -> None:
    for transfer in (DOWNLOAD, UPLOAD):
        ruling = POLICY.decide(found(part, ALLOWED), transfer, 1000)
        assert (ruling.action, ruling.clause) == (ALLOW, "allowed-by-hash")
        assert ruling.verdict.level > 0  # what was found is still said


def test_it_excuses_all_of_it_at_once_but_not_a_blocked_hash() -> None:
    parts = [*WORST, "encrypted", "crashed", ALLOWED]
    assert POLICY.decide(found(*parts), DOWNLOAD, 1000).action is ALLOW
    ruling = POLICY.decide(found(*parts, ("hash.blocked", MALICIOUS)), DOWNLOAD, 1000)
    assert (ruling.action, ruling.clause) == (BLOCK, "malicious")


@pytest.mark.parametrize("gap", NOT_WHOLE)
def test_a_piece_with_that_hash_is_not_the_file(gap: str) -> None:
    """Any bytes could come before or after it."""
    verdict = found(("signature.clamav", MALICIOUS), ALLOWED, gap)
    assert POLICY.decide(verdict, DOWNLOAD, 1000).action is BLOCK


def test_a_fragment_of_an_allowed_file_is_judged_as_one() -> None:
    verdict = as_fragment(found(("disguise.mime", SUSPICIOUS), ALLOWED))
    assert POLICY.decide(verdict, DOWNLOAD, 1000).action is BLOCK


def test_without_the_clause_the_hash_is_only_recorded(tmp_path: Path) -> None:
    policy = written(tmp_path, f'{CLAUSE}level = "clean"\n')
    assert policy.decide(found(ALLOWED), DOWNLOAD, 1000).action is ALLOW
    assert (
        policy.decide(found(ALLOWED, ("document.macro", SUSPICIOUS)), DOWNLOAD, 1).action is BLOCK
    )


@pytest.mark.parametrize("direction, action", [("upload", BLOCK), ("download", ALLOW)])
def test_the_clause_can_be_narrowed(tmp_path: Path, direction: str, action: Action) -> None:
    policy = written(tmp_path, f'{CLAUSE}hash_allowed = true\ndirection = "{direction}"\n')
    verdict = found(("signature.clamav", MALICIOUS), ALLOWED)
    assert policy.decide(verdict, DOWNLOAD, 1000).action is action
