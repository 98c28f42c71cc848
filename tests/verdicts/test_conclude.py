"""What the reports of the scanners add up to."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Level,
    Reason,
    Report,
    TypeNode,
    Unscanned,
)
from verdicts.conclude import as_fragment, conclude
from verdicts.model import Verdict

INFO, SUSPICIOUS, MALICIOUS = DetectionLevel
EMPTY = Examination()
CLAM = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Win.Test.EICAR_HDB-1", MALICIOUS)
MIME = Detection(Code.DISGUISE_MIME, "disguise", "mime", SUSPICIOUS)
NOTE = Detection(Code.DISGUISE_EXTENSION, "disguise", "extension", INFO)
LOCKED = Unscanned("zip", Reason.ENCRYPTED, ("a.zip",))
DOWN = Unscanned("clamav", Reason.ENGINE_DOWN)


def weigh(*reports: Report, examination: Examination | None = EMPTY) -> Verdict:
    return conclude(reports, examination, ruleset="r1", clamav="c1")


@pytest.mark.parametrize(
    "detections, unscanned, level",
    [
        ((), (), Level.CLEAN),
        ((NOTE,), (), Level.CLEAN),
        ((), (LOCKED,), Level.UNKNOWN),
        ((NOTE,), (LOCKED,), Level.UNKNOWN),
        ((MIME, NOTE), (), Level.SUSPICIOUS),
        ((MIME,), (DOWN,), Level.SUSPICIOUS),
        ((NOTE, CLAM, MIME), (LOCKED,), Level.MALICIOUS),
    ],
)
def test_the_worst_counts_whoever_says_it(
    detections: tuple[Detection, ...], unscanned: tuple[Unscanned, ...], level: Level
) -> None:
    from_report = weigh(Report(detections, unscanned))
    from_worker = weigh(examination=Examination(None, detections, unscanned))
    assert from_report == from_worker
    assert from_report.level is level


def test_versions_and_types_are_kept() -> None:
    types = TypeNode(UNKNOWN_TYPE)
    assert weigh(examination=Examination(types)) == Verdict(
        Level.CLEAN, types=types, ruleset="r1", clamav="c1"
    )


@pytest.mark.parametrize("reason", [Reason.PARTIAL, Reason.STREAMING, Reason.OPAQUE])
def test_a_silent_worker_is_a_crash_unless_somebody_says_why(reason: Reason) -> None:
    """Else an excuse for a range or for ClamAV would excuse that nobody looked at all."""
    crashed = Unscanned("pool", Reason.CRASHED)
    assert weigh(examination=None).unscanned == (crashed,)
    assert weigh(examination=None).level is Level.UNKNOWN
    partial = Unscanned("front", reason)
    assert set(weigh(Report(unscanned=(partial, DOWN)), examination=None).unscanned) == {
        partial,
        DOWN,
        crashed,
    }
    told = Unscanned("pool", Reason.TIMED_OUT)
    assert weigh(Report(unscanned=(told,)), examination=None).unscanned == (told,)


def test_duplicates_are_merged_and_the_worse_one_stays() -> None:
    mild = Detection(Code.SIGNATURE_YARA, "yara", "rule", SUSPICIOUS, ("m",), "first")
    grave = Detection(Code.SIGNATURE_YARA, "yara-2", "rule", MALICIOUS, ("m",), "second")
    elsewhere = Detection(Code.SIGNATURE_YARA, "yara", "rule", SUSPICIOUS, ("n",))
    verdict = weigh(Report((mild, elsewhere), (DOWN,)), Report((grave,), (DOWN, LOCKED)))
    assert verdict.detections == (grave, elsewhere)
    assert verdict.unscanned == (DOWN, LOCKED)


def test_the_order_is_worst_first_then_outermost() -> None:
    inner = Detection(Code.SIGNATURE_CLAMAV, "clamav", "X", MALICIOUS, ("a.zip", "b"))
    blocked = Detection(Code.HASH_BLOCKED, "hashes", "X", MALICIOUS)
    right = (CLAM, blocked, inner, MIME, NOTE)
    for order in permutations(right):
        assert weigh(Report(order)).detections == right


found = st.builds(
    Detection,
    st.sampled_from(Code),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["x", "y"]),
    st.sampled_from(DetectionLevel),
    st.sampled_from([(), ("m",)]),
)
gaps = st.builds(Unscanned, st.just("s"), st.sampled_from(Reason), st.just(()))


@given(st.lists(found), st.lists(gaps), st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(
    detections: list[Detection], unscanned: list[Unscanned], random: Random
) -> None:
    reports = [Report((d,)) for d in detections] + [Report(unscanned=(u,)) for u in unscanned]
    first = weigh(*reports)
    random.shuffle(reports)
    assert weigh(*reports) == first
    assert not unscanned or first.level is not Level.CLEAN


def test_a_fragment_is_never_clean() -> None:
    verdict = as_fragment(Verdict(Level.CLEAN))
    assert verdict.level is Level.UNKNOWN
    assert verdict.unscanned == (Unscanned("front", Reason.PARTIAL),)


def test_a_fragment_of_an_archive_is_no_broken_archive() -> None:
    ambiguous = Detection(Code.ARCHIVE_AMBIGUOUS, "zip", "gap", DetectionLevel.SUSPICIOUS)
    torn = Unscanned("zip", Reason.MALFORMED, ("a.txt",))
    gaps = (Unscanned("zip", Reason.MALFORMED), torn, Unscanned("zip", Reason.ENCRYPTED))
    verdict = as_fragment(Verdict(Level.SUSPICIOUS, (ambiguous,), gaps))
    assert verdict.level is Level.UNKNOWN
    assert verdict.detections == ()
    assert [gap.reason for gap in verdict.unscanned] == [Reason.ENCRYPTED, Reason.PARTIAL]


def test_what_is_found_in_a_fragment_counts() -> None:
    inside = ("a.zip",)
    ambiguous = Detection(Code.ARCHIVE_AMBIGUOUS, "zip", "gap", DetectionLevel.SUSPICIOUS, inside)
    worm = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Worm", DetectionLevel.MALICIOUS)
    locked = Unscanned("zip", Reason.ENCRYPTED, inside)
    verdict = as_fragment(Verdict(Level.MALICIOUS, (worm, ambiguous), (locked,)))
    assert verdict.level is Level.MALICIOUS
    assert verdict.detections == (worm, ambiguous)
    assert locked in verdict.unscanned
