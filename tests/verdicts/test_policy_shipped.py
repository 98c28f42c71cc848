"""The shipped policy, row by row, its traps, and what each of its commented clauses opens."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from scanners.model import (
    Code,
    Reason,
    TypeNode,
)
from tests.verdicts.policy_cases import (
    ALLOW,
    BLOCK,
    DOWNLOAD,
    INFO,
    JPEG,
    MALICIOUS,
    PE,
    POLICY,
    SHIPPED,
    SUSPICIOUS,
    UPLOAD,
    Part,
    found,
)
from verdicts.model import Action, Direction, Transfer
from verdicts.policy import Policy
from verdicts.trickle import Trickle

SHIPPED_ROWS = [
    (("signature.clamav", MALICIOUS), BLOCK, "malicious"),
    (("hash.blocked", MALICIOUS), BLOCK, "malicious"),
    (("hash.allowed", INFO), ALLOW, "allowed-by-hash"),
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


EARLY: dict[str, tuple[Transfer, Action]] = {  # what they do without asking what is inside
    "known-bad-names": (replace(UPLOAD, file_name="Holiday.SCR"), BLOCK),
    "training-videos": (
        replace(at("media.intranet.example", file_name="a.mp4"), declared_type="video/mp4"),
        ALLOW,
    ),
}


def named(text: str) -> str:
    (name,) = re.findall(r'name = "(.+?)"', text)
    return str(name)


def with_live(text: str, folder: Path) -> Policy:
    """Return the shipped policy with one commented clause in force."""
    whole = SHIPPED.read_text("utf-8")
    live = text.replace("# ", "", 1).replace("\n# ", "\n")
    if named(text) == "malware-lab":  # its comment says that it belongs above the first clause
        whole = whole.replace("\n[[clause]]", f"\n{live}\n[[clause]]", 1)
    else:
        whole = whole.replace(text, live)
    (folder / "policy.toml").write_text(whole)
    shutil.copy(SHIPPED.with_name("types.toml"), folder)
    return Policy.read(folder / "policy.toml")


@pytest.mark.parametrize("text", [t for t in COMMENTED if named(t) in EARLY], ids=named)
def test_each_commented_clause_that_needs_no_content(text: str, tmp_path: Path) -> None:
    policy = with_live(text, tmp_path)
    transfer, action = EARLY[named(text)]
    ruling = policy.decide_early(transfer)
    assert ruling is not None
    assert (ruling.action, ruling.clause) == (action, named(text))
    assert policy.decide_early(DOWNLOAD) is None
    assert POLICY.decide_early(transfer) is None


@pytest.mark.parametrize("text", [t for t in COMMENTED if named(t) not in EARLY], ids=named)
def test_each_commented_clause_opens_what_it_says_and_no_more(text: str, tmp_path: Path) -> None:
    policy, name = with_live(text, tmp_path), named(text)
    parts, transfer = SPECIMENS[name]
    verdict = found(*parts)
    ruling = policy.decide(verdict, transfer, 1000)
    assert (ruling.action, ruling.clause) == (ALLOW, name)
    elsewhere = replace(transfer, direction=Direction.DOWNLOAD, host="other.example", channel="x")
    assert policy.decide(verdict, elsewhere, 1000).clause != name
    with_more = found(*parts, "crashed", ("outbreak.fanout", SUSPICIOUS))
    assert policy.decide(with_more, transfer, 1000).action is BLOCK


def test_the_commented_trickle_is_understood(tmp_path: Path) -> None:
    (text,) = re.findall(
        r"^# \[\[trickle\]\]\n(?:# \w+ *=.*\n)+", SHIPPED.read_text("utf-8"), re.MULTILINE
    )
    policy = with_live(text, tmp_path)
    assert POLICY.trickle(replace(DOWNLOAD, client_ip="10.20.1.1")) is None
    trickle = policy.trickle(replace(DOWNLOAD, client_ip="10.20.1.1"))
    assert trickle is not None
    assert replace(trickle, name="", tests=()) == Trickle(""), "it shows the defaults"
    assert policy.digest != POLICY.digest


def test_every_commented_clause_is_tested() -> None:
    tested = len(SPECIMENS) + len(EARLY)
    assert len(COMMENTED) == tested == SHIPPED.read_text("utf-8").count("# [[clause]]")
