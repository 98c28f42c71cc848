"""What is done about a verdict: the shipped policy row by row, its traps, the watching modes."""

import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Family,
    FileType,
    Level,
    Reason,
    Report,
    TypeNode,
    Unscanned,
)
from verdicts.conclude import conclude
from verdicts.model import Action, Direction, Transfer, Verdict
from verdicts.policy import Policy

SHIPPED = Path(__file__).parents[2] / "rules" / "policy.toml"
POLICY = Policy.read(SHIPPED)
ALLOW, BLOCK = Action.ALLOW, Action.BLOCK
INFO, SUSPICIOUS, MALICIOUS = DetectionLevel
PE = TypeNode(FileType("pe", "application/x-dosexec", Family.PROGRAM))
JPEG = TypeNode(FileType("jpeg", "image/jpeg", Family.IMAGE))
DOWNLOAD = Transfer(
    "id",
    "respmod",
    Direction.DOWNLOAD,
    datetime(2024, 1, 1, tzinfo=UTC),
    url="https://files.example/photo.jpg",
    host="files.example",
    client_ip="192.0.2.7",
    file_name="photo.jpg",
    declared_type="image/jpeg",
)
UPLOAD = replace(DOWNLOAD, service="reqmod", direction=Direction.UPLOAD)

Write = Callable[[str], Policy]
Part = tuple[str, DetectionLevel] | str
"""A detection (code, level), or the reason of a gap."""


@pytest.fixture(autouse=True)
def _types(tmp_path: Path) -> None:
    shutil.copy(SHIPPED.with_name("types.toml"), tmp_path)


@pytest.fixture
def policy(tmp_path: Path) -> Write:
    def write(text: str) -> Policy:
        (tmp_path / "policy.toml").write_text('default = "block"\n' + text)
        return Policy.read(tmp_path / "policy.toml")

    return write


def found(*parts: Part, types: TypeNode | None = JPEG) -> Verdict:
    detections = [Detection(Code(p[0]), "s", "n", p[1]) for p in parts if isinstance(p, tuple)]
    gaps = [Unscanned("s", Reason(part)) for part in parts if isinstance(part, str)]
    examination = Examination(types, tuple(detections), tuple(gaps))
    return conclude([Report()], examination, ruleset="r", clamav="c")


SHIPPED_ROWS = [
    (("signature.clamav", MALICIOUS), BLOCK, "malicious"),
    (("hash.blocked", MALICIOUS), BLOCK, "malicious"),
    (("signature.yara", MALICIOUS), BLOCK, "malicious"),
    (("signature.yara", SUSPICIOUS), ALLOW, "suspicious-recorded"),
    (("disguise.extension", SUSPICIOUS), BLOCK, "disguise"),
    (("disguise.extension", INFO), ALLOW, "clean"),
    (("disguise.mime", SUSPICIOUS), BLOCK, "disguise"),
    (("disguise.mime", INFO), ALLOW, "clean"),
    (("disguise.double_extension", SUSPICIOUS), BLOCK, "disguise"),
    (("disguise.double_extension", INFO), ALLOW, "clean"),
    (("disguise.bidi", SUSPICIOUS), BLOCK, "disguise"),
    (("disguise.bidi", INFO), ALLOW, "clean"),
    (("disguise.padding", SUSPICIOUS), BLOCK, "disguise"),
    (("disguise.padding", INFO), ALLOW, "clean"),
    (("disguise.host_name", SUSPICIOUS), BLOCK, "disguise"),
    (("disguise.polyglot", SUSPICIOUS), BLOCK, "disguise"),
    (("embedded.executable", SUSPICIOUS), BLOCK, "embedded-executable"),
    (("archive.ambiguous", SUSPICIOUS), BLOCK, "archive-tricks"),
    (("archive.bomb", SUSPICIOUS), BLOCK, "archive-tricks"),
    (("archive.traversal", SUSPICIOUS), BLOCK, "archive-tricks"),
    (("archive.executable", INFO), ALLOW, "clean"),
    (("archive.encrypted", INFO), ALLOW, "clean"),
    (("archive.encrypted_names", INFO), ALLOW, "clean"),
    (("document.encrypted", INFO), ALLOW, "clean"),
    (("document.macro", SUSPICIOUS), ALLOW, "suspicious-recorded"),
    (("document.macro", INFO), ALLOW, "clean"),
    (("document.external", SUSPICIOUS), ALLOW, "suspicious-recorded"),
    (("document.external", INFO), ALLOW, "clean"),
    (("container.script", INFO), ALLOW, "clean"),
    (("container.disk_image", INFO), ALLOW, "clean"),
    (("container.disk_image", SUSPICIOUS), BLOCK, "starters"),
    (("container.shortcut", INFO), ALLOW, "clean"),
    (("container.shortcut", SUSPICIOUS), BLOCK, "starters"),
    ("partial", ALLOW, "not-the-whole-file"),
    ("streaming", ALLOW, "live-stream"),
    ("opaque", ALLOW, "not-the-whole-file"),
    ("encrypted", BLOCK, "encrypted"),
    ("malformed", BLOCK, "malformed"),
    ("too_large", BLOCK, "beyond-limits"),
    ("too_deep", BLOCK, "beyond-limits"),
    ("too_many", BLOCK, "beyond-limits"),
    ("timed_out", BLOCK, "engine-fault"),
    ("engine_down", BLOCK, "engine-fault"),
    ("crashed", BLOCK, "engine-fault"),
]


@pytest.mark.parametrize("transfer", [DOWNLOAD, UPLOAD], ids=["download", "upload"])
@pytest.mark.parametrize("part, action, clause", SHIPPED_ROWS, ids=str)
def test_shipped_policy(part: Part, action: Action, clause: str, transfer: Transfer) -> None:
    ruling = POLICY.decide(found(part), transfer, 1000)
    assert (ruling.action, ruling.clause) == (action, clause)
    assert (ruling.wanted, ruling.enforced) == (action, True)


def test_every_code_and_reason_has_a_row() -> None:
    parts = [row[0] for row in SHIPPED_ROWS]
    rows = {part if isinstance(part, str) else part[0] for part in parts}
    assert rows == {*Code, *Reason} - {Code.OUTBREAK_FANOUT}


@pytest.mark.parametrize(
    "parts, action, clause",
    [
        ((), ALLOW, "clean"),
        (("encrypted", "too_large"), BLOCK, "encrypted"),
        (("partial", "opaque"), ALLOW, "not-the-whole-file"),
        (("partial", "malformed"), BLOCK, "malformed"),
        (("streaming", "engine_down"), BLOCK, "engine-fault"),
        (("partial", ("disguise.mime", SUSPICIOUS)), BLOCK, "disguise"),
        (("partial", ("disguise.mime", INFO)), ALLOW, "not-the-whole-file"),
        (("partial", ("signature.yara", SUSPICIOUS)), ALLOW, "suspicious-range-recorded"),
        (("crashed", ("signature.yara", SUSPICIOUS)), BLOCK, "engine-fault"),
        (("encrypted", ("signature.clamav", MALICIOUS)), BLOCK, "malicious"),
        ((("document.macro", SUSPICIOUS), ("embedded.executable", SUSPICIOUS)), BLOCK, None),
        ((("document.macro", SUSPICIOUS), ("archive.executable", INFO)), ALLOW, None),
        ((("outbreak.fanout", SUSPICIOUS),), BLOCK, "default"),
    ],
    ids=str,
)
def test_shipped_policy_on_mixtures(
    parts: tuple[Part, ...], action: Action, clause: str | None
) -> None:
    ruling = POLICY.decide(found(*parts), DOWNLOAD, 1000)
    assert ruling.action is action
    assert clause in {None, ruling.clause}


@pytest.mark.parametrize("reason", ["partial", "streaming", "opaque"])
@pytest.mark.parametrize(
    "transfer, types",
    [
        (DOWNLOAD, PE),
        (replace(DOWNLOAD, file_name="setup.exe"), None),
        (replace(DOWNLOAD, declared_type="application/x-msdownload"), JPEG),
    ],
    ids=["content", "name", "declared type"],
)
def test_a_program_seen_in_part_is_blocked(
    reason: str, transfer: Transfer, types: TypeNode | None
) -> None:
    ruling = POLICY.decide(found(reason, types=types), transfer, 1000)
    assert (ruling.action, ruling.clause) == (BLOCK, "program-not-inspected")


def test_a_verdict_without_any_statement_meets_the_default() -> None:
    assert POLICY.decide(Verdict(Level.UNKNOWN), DOWNLOAD, 0).clause == "default"
    assert POLICY.decide(Verdict(Level.UNKNOWN), DOWNLOAD, 0).action is BLOCK


def test_a_stream_is_decided_without_content() -> None:
    ruling = POLICY.decide_stream(DOWNLOAD)
    assert (ruling.action, ruling.clause) == (ALLOW, "live-stream")
    assert ruling.verdict.level is Level.UNKNOWN
    assert [part.reason for part in ruling.verdict.unscanned] == [Reason.STREAMING]
    assert POLICY.decide_stream(replace(DOWNLOAD, file_name="a.exe")).action is BLOCK
    assert POLICY.decide_stream(DOWNLOAD, PE).action is BLOCK


def test_a_stream_is_longer_than_any_size(policy: Write) -> None:
    clause = '[[clause]]\nname = "x"\naction = "allow"\nreasons = ["streaming"]\nsize = "{}"\n'
    assert policy(clause.format("> 1 TiB")).decide_stream(DOWNLOAD).clause == "x"
    assert policy(clause.format("< 1 TiB")).decide_stream(DOWNLOAD).clause == "default"


COMMENTED: list[str] = re.findall(
    r"^# \[\[clause\]\]\n(?:# \w+ *=.*\n)+", SHIPPED.read_text("utf-8"), re.MULTILINE
)


def at(host: str, **changes: str) -> Transfer:
    return replace(DOWNLOAD, host=host, file_name=changes.get("file_name", "a.jpg"))


SPECIMENS: dict[str, tuple[tuple[Part, ...], Transfer]] = {
    "malware-lab": (
        (("signature.clamav", MALICIOUS),),
        replace(at("samples.soc.example"), groups=("CORP/malware-analysts",)),
    ),
    "disguise-in-uploads-allowed": ((("disguise.bidi", SUSPICIOUS),), UPLOAD),
    "embedded-executable-allowed": (
        (("embedded.executable", SUSPICIOUS),),
        at("a.firmware-vendor.example"),
    ),
    "archive-tricks-allowed": ((("archive.traversal", SUSPICIOUS),), at("backup.example")),
    "starters-allowed": ((("container.shortcut", SUSPICIOUS),), at("deployment.example")),
    "program-ranges-allowed": (("partial",), at("download.vendor.example", file_name="a.exe")),
    "encrypted-uploads-allowed": (("encrypted",), UPLOAD),
    "large-updates-allowed": (("too_large",), at("x.windowsupdate.example")),
    "malformed-allowed": (("malformed",), at("legacy-archive.example")),
    "engine-fault-in-uploads-allowed": (("engine_down",), UPLOAD),
    "programs-in-chats": (
        (),
        replace(DOWNLOAD, channel="discord", file_name="a.exe"),
    ),
}


@pytest.mark.parametrize("text", COMMENTED, ids=lambda text: re.findall(r'name = "(.+?)"', text)[0])
def test_each_commented_clause_opens_what_it_says_and_no_more(text: str, tmp_path: Path) -> None:
    (name,) = re.findall(r'name = "(.+?)"', text)
    whole = SHIPPED.read_text("utf-8")
    live = text.replace("# ", "", 1).replace("\n# ", "\n")
    if name == "malware-lab":  # its comment says that it belongs above the first clause
        whole = whole.replace("[[clause]]", live + "\n[[clause]]", 1)
    else:
        whole = whole.replace(text, live)
    (tmp_path / "policy.toml").write_text(whole)
    policy = Policy.read(tmp_path / "policy.toml")
    parts, transfer = SPECIMENS[name]
    verdict = found(*parts)
    ruling = policy.decide(verdict, transfer, 1000)
    assert (ruling.action, ruling.clause) == (ALLOW, name)
    elsewhere = replace(transfer, direction=Direction.DOWNLOAD, host="other.example", channel="x")
    assert policy.decide(verdict, elsewhere, 1000).clause != name
    with_more = found(*parts, "crashed", ("outbreak.fanout", SUSPICIOUS))
    assert policy.decide(with_more, transfer, 1000).action is BLOCK


def test_every_commented_clause_is_tested() -> None:
    assert len(COMMENTED) == len(SPECIMENS) == SHIPPED.read_text("utf-8").count("# [[clause]]")


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
        ruling = bypassing.bypass(replace(DOWNLOAD, host=host))
        assert ruling is not None
        assert (ruling.action, ruling.clause, ruling.enforced) == (ALLOW, "bypass", True)
        assert ruling.verdict == Verdict(Level.UNKNOWN)
    for host in ["", "med.example", "evil-till.example", "till.example.evil.example"]:
        assert bypassing.bypass(replace(DOWNLOAD, host=host)) is None
    assert POLICY.bypass(replace(DOWNLOAD, host="till.example")) is None


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
    if ruling.action is ALLOW:
        assert {part.reason for part in verdict.unscanned} <= excused
        assert verdict.level < Level.MALICIOUS


@given(verdicts, transfers, st.sampled_from(["allow", "block"]))
def test_without_a_matching_clause_the_default_rules(
    verdict: Verdict, transfer: Transfer, default: str
) -> None:
    ruling = replace(POLICY, file=replace(POLICY.file, clauses=(), default=Action(default))).decide(
        verdict, transfer, 1
    )
    assert (ruling.action, ruling.clause, ruling.enforced) == (Action(default), "default", True)
