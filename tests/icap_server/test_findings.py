"""Why a message is blocked, part by part: the worst first, and harmless in every header."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.findings import (
    MAX_FILE,
    MAX_THREAT,
    Finding,
    describe,
    findings,
    infection_type,
    threat_name,
)
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.model import Direction, Transfer, Verdict, utc_now

MALICIOUS, SUSPICIOUS = DetectionLevel.MALICIOUS, DetectionLevel.SUSPICIOUS
WORM = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Win.Worm-1", MALICIOUS, ("a.zip", "b.exe"))
TRICK = Detection(Code.DISGUISE_EXTENSION, "names", "exe_as_jpeg", SUSPICIOUS, ("c.jpg",))
HARMLESS = Detection(Code.DISGUISE_EXTENSION, "names", "jpeg_as_png", DetectionLevel.INFO)
LOCKED = Unscanned("zip", Reason.ENCRYPTED, ("d.zip",))


def verdict(*found: Detection, gaps: tuple[Unscanned, ...] = ()) -> Verdict:
    return Verdict(Level.MALICIOUS, found, gaps)


def named(name: str) -> Transfer:
    return Transfer("id", "respmod", Direction.UPLOAD, utc_now(), file_name=name)


def test_the_worst_comes_first_and_names_its_part() -> None:
    found = findings(verdict(HARMLESS, TRICK, WORM, gaps=(LOCKED,)))
    assert [(one.path, one.reason, one.type, one.gap) for one in found] == [
        (("a.zip", "b.exe"), "signature.clamav Win.Worm-1", 0, False),
        (("c.jpg",), "disguise.extension exe_as_jpeg", 1, False),
        (("d.zip",), "unscanned.encrypted", 2, True),
    ]


def test_each_part_says_the_same_once() -> None:
    elsewhere = Unscanned("rar", Reason.ENCRYPTED, ("e.rar",))
    found = findings(verdict(gaps=(LOCKED, Unscanned("zip2", Reason.ENCRYPTED, ("d.zip",)))))
    assert len(found) == 1
    assert len(findings(verdict(gaps=(LOCKED, elsewhere)))) == 2


@pytest.mark.parametrize(
    "found, gaps, kind, words",
    [
        ((WORM, TRICK), (LOCKED,), 0, "Infected"),
        ((TRICK,), (LOCKED,), 1, "Suspicious"),
        ((HARMLESS,), (LOCKED,), 1, "Encrypted"),
        ((), (Unscanned("zip", Reason.TOO_DEEP),), 1, "Could not be inspected"),
        ((), (), 1, "Blocked by policy"),
    ],
)
def test_kinds(
    found: tuple[Detection, ...], gaps: tuple[Unscanned, ...], kind: int, words: str
) -> None:
    assert infection_type(verdict(*found, gaps=gaps)) == kind
    assert describe(verdict(*found, gaps=gaps)) == words


@given(st.text(max_size=5000))
def test_names_of_threats_and_parts_are_safe(text: str) -> None:
    threat = threat_name(Detection(Code.SIGNATURE_YARA, "yara", text, MALICIOUS))
    assert re.fullmatch(r"[ -:<-~]+", threat)
    assert len(threat) <= MAX_THREAT
    file = Finding((text, text), "", "", 0).file(named(""))
    assert re.fullmatch(r"[ -~]+", file)
    assert len(file) <= MAX_FILE


@pytest.mark.parametrize(
    "path, file_name, file",
    [
        ((), "", "-"),
        ((), " ", "-"),
        ((), "photo.jpg", "photo.jpg"),
        (("a.zip", "b.exe"), "photo.jpg", "a.zip/b.exe"),
        (("",), "photo.jpg", "photo.jpg"),
        (("", "b"), "photo.jpg", "/b"),
        (("a\r\n\tb",), "", "a___b"),
        (("\u202egpj.exe",), "", "_gpj.exe"),
    ],
)
def test_what_a_part_is_called(path: tuple[str, ...], file_name: str, file: str) -> None:
    assert Finding(path, "", "", 0).file(named(file_name)) == file
