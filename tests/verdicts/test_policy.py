"""What is done about a verdict: default, streams, bypass, watching modes, any verdict at all."""

import math
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import (
    Code,
    Level,
    Reason,
)
from tests.verdicts.policy_cases import (
    ALLOW,
    BLOCK,
    DOWNLOAD,
    INFO,
    MALICIOUS,
    PE,
    POLICY,
    SHIPPED,
    SUSPICIOUS,
    UPLOAD,
    Write,
    found,
)
from verdicts.model import Action, Direction, Transfer, Verdict
from verdicts.policy import Policy


@pytest.fixture(autouse=True)
def _types(tmp_path: Path) -> None:
    shutil.copy(SHIPPED.with_name("types.toml"), tmp_path)


@pytest.fixture
def policy(tmp_path: Path) -> Write:
    def write(text: str) -> Policy:
        (tmp_path / "policy.toml").write_text('default = "block"\n' + text)
        return Policy.read(tmp_path / "policy.toml")

    return write


def test_a_verdict_without_any_statement_meets_the_default() -> None:
    assert POLICY.decide(Verdict(Level.UNKNOWN), DOWNLOAD, 0).clause == "default"
    assert POLICY.decide(Verdict(Level.UNKNOWN), DOWNLOAD, 0).action is BLOCK


def test_a_stream_is_longer_than_any_size(policy: Write) -> None:
    clause = '[[clause]]\nname = "x"\naction = "allow"\nreasons = ["streaming"]\nsize = "{}"\n'
    longer, shorter = policy(clause.format("> 1 TiB")), policy(clause.format("< 1 TiB"))
    assert longer.decide(found("streaming"), DOWNLOAD, math.inf).clause == "x"
    assert shorter.decide(found("streaming"), DOWNLOAD, math.inf).clause == "default"


def test_a_watched_clause_lets_pass_what_it_alone_would_block(policy: Write) -> None:
    watch = policy(
        '[[clause]]\nname = "locked"\naction = "block"\nmode = "monitor"\nreasons = "encrypted"\n'
        '[[clause]]\nname = "large"\naction = "block"\nreasons = "too_large"\n'
    )
    ruling = watch.decide(found("encrypted"), DOWNLOAD, 1)
    assert (ruling.action, ruling.clause, ruling.enforced) == (ALLOW, "locked", False)
    assert ruling.wanted is BLOCK
    for more, clause in [("too_large", "large"), ("crashed", "default")]:
        both = watch.decide(found("encrypted", more), DOWNLOAD, 1)
        assert (both.action, both.clause, both.enforced) == (BLOCK, clause, True)


def test_a_watched_clause_on_top_opens_no_door_below(policy: Write) -> None:
    """Who tries out a stricter clause must not get a laxer post."""
    watch = policy(
        '[[clause]]\nname = "try"\naction = "block"\nmode = "monitor"\ndirection = "upload"\n'
        '[[clause]]\nname = "bad"\naction = "block"\nlevel = "malicious"\n'
        '[[clause]]\nname = "clean"\naction = "allow"\nlevel = "clean"\n'
    )
    malicious = found(("signature.clamav", MALICIOUS))
    assert watch.decide(malicious, UPLOAD, 1).clause == "bad"
    assert watch.decide(malicious, UPLOAD, 1).action is BLOCK
    assert watch.decide(found("crashed"), UPLOAD, 1).clause == "default"
    ruling = watch.decide(found(), UPLOAD, 1)
    assert (ruling.action, ruling.clause, ruling.wanted) == (ALLOW, "try", BLOCK)
    assert not ruling.enforced
    assert watch.decide(found(), DOWNLOAD, 1).clause == "clean"


def test_the_first_of_two_watched_clauses_is_named(policy: Write) -> None:
    clause = '[[clause]]\nname = "{}"\naction = "block"\nmode = "monitor"\nlevel = "clean"\n'
    assert policy(clause.format("a") + clause.format("b")).decide(found(), UPLOAD, 1).clause == "a"


def test_a_watched_clause_under_an_allowing_default_is_named(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'default = "allow"\n'
        '[[clause]]\nname = "try"\naction = "block"\nmode = "monitor"\nprogram = true\n'
    )
    ruling = Policy.read(path).decide(found("crashed", types=PE), UPLOAD, 1)
    assert (ruling.action, ruling.clause, ruling.enforced) == (ALLOW, "try", False)


@pytest.mark.parametrize("by_file", [True, False])
def test_a_policy_that_watches_blocks_nothing(tmp_path: Path, *, by_file: bool) -> None:
    text = SHIPPED.read_text("utf-8")
    if by_file:
        text = text.replace('\nmode = "enforce"', '\nmode = "monitor"')
    (tmp_path / "policy.toml").write_text(text)
    watching = Policy.read(tmp_path / "policy.toml", observe=not by_file)
    ruling = watching.decide(found(("signature.clamav", MALICIOUS)), DOWNLOAD, 1)
    assert (ruling.action, ruling.wanted, ruling.enforced) == (ALLOW, BLOCK, False)
    assert ruling.clause == "malicious"
    ruling = watching.decide(found(), DOWNLOAD, 1)
    assert (ruling.action, ruling.wanted, ruling.enforced) == (ALLOW, ALLOW, False)
    assert watching.digest != POLICY.digest


def test_hosts_to_bypass_are_ruled_before_inspection(policy: Write) -> None:
    bypassing = policy('bypass_hosts = ["till.example", "*.med.example"]\n')
    for host in ["till.example", "a.med.example", "b.a.med.example"]:
        ruling = bypassing.decide_early(replace(DOWNLOAD, host=host))
        assert ruling is not None
        assert (ruling.action, ruling.clause, ruling.enforced) == (ALLOW, "bypass", True)
        assert ruling.verdict == Verdict(Level.UNKNOWN)
    for host in ["", "med.example", "evil-till.example", "till.example.evil.example"]:
        ruling = bypassing.decide_early(replace(DOWNLOAD, host=host))
        assert ruling is not None
        assert ruling.clause == "default", "there is nothing else"
    assert POLICY.decide_early(replace(DOWNLOAD, host="till.example")) is None


@pytest.mark.parametrize("transfer", [DOWNLOAD, UPLOAD])
def test_the_short_way_for_plain_verdicts_is_no_other_way(transfer: Transfer) -> None:
    plain = Verdict(Level.CLEAN, types=PE)
    long_way = replace(POLICY, plain=POLICY.file.clauses)
    assert len(POLICY.plain) < len(POLICY.file.clauses)
    assert POLICY.decide(plain, transfer, 9) == long_way.decide(plain, transfer, 9)


def test_the_digest_is_of_what_the_file_says(policy: Write) -> None:
    clause = '[[clause]]\nname = "a"\naction = "block"\nlevel = "malicious"\n'
    digest = policy(clause).digest
    assert re.fullmatch("[0-9a-f]{16}", digest)
    assert policy("# a comment\n" + clause).digest == digest
    assert policy(clause.replace("malicious", "suspicious")).digest != digest
    assert policy('bypass_hosts = ["a.example"]\n' + clause).digest != digest


verdicts = st.lists(
    st.sampled_from(Reason)
    | st.tuples(st.sampled_from(Code), st.sampled_from([INFO, SUSPICIOUS, MALICIOUS])),
    max_size=4,
).map(lambda parts: found(*parts))
transfers = st.builds(
    Transfer,
    st.just("id"),
    st.text(),
    st.sampled_from(Direction),
    st.just(DOWNLOAD.received_at),
    url=st.text(),
    host=st.text(),
    channel=st.text(),
    client_ip=st.text() | st.ip_addresses().map(str),
    user=st.text(),
    groups=st.lists(st.text()).map(tuple),
    file_name=st.text(),
    declared_type=st.text(),
    partial=st.booleans(),
)


@given(verdicts, transfers, st.integers(0) | st.just(math.inf))
def test_any_verdict_gets_a_ruling_and_gaps_only_named_excuses(
    verdict: Verdict, transfer: Transfer, size: float
) -> None:
    ruling = POLICY.decide(verdict, transfer, size)
    assert ruling.verdict is verdict
    excused = {Reason.PARTIAL, Reason.STREAMING, Reason.OPAQUE}
    if ruling.clause == "allowed-by-hash":  # an analyst knows the file
        codes = {detection.code for detection in verdict.detections}
        assert Code.HASH_ALLOWED in codes
        assert Code.HASH_BLOCKED not in codes
    elif ruling.action is ALLOW:
        assert {part.reason for part in verdict.unscanned} <= excused
        assert verdict.level < Level.MALICIOUS


@given(verdicts, transfers, st.sampled_from(["allow", "block"]))
def test_without_a_matching_clause_the_default_rules(
    verdict: Verdict, transfer: Transfer, default: str
) -> None:
    file = replace(POLICY.file, clauses=(), default=Action(default))
    ruling = replace(POLICY, file=file, plain=()).decide(verdict, transfer, 1)
    assert (ruling.action, ruling.clause, ruling.enforced) == (Action(default), "default", True)


def test_what_is_blocked_for_a_gap_alone_says_so(policy: Write) -> None:
    text = (
        '[[clause]]\nname = "gaps"\naction = "block"\nreasons = ["encrypted"]\n'
        '[[clause]]\nname = "uploads"\naction = "block"\ndirection = "upload"\n'
        '[[clause]]\nname = "rest"\naction = "allow"\n'
    )
    rules = policy(text)
    assert rules.decide(found("encrypted"), DOWNLOAD, 0).for_gap
    upload = rules.decide(found("encrypted"), UPLOAD, 0)
    assert upload.clause == "gaps"
    assert not upload.for_gap, "it would be blocked however well it was inspected"
    assert not rules.decide(found(), UPLOAD, 0).for_gap
    assert not rules.decide(
        found("encrypted", ("signature.clamav", MALICIOUS)), DOWNLOAD, 0
    ).for_gap
