"""The walk: whatever a scanner does, what was found is kept and what was not scanned is told."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace

import pytest

from scanners import errors
from scanners.base import Bench
from scanners.budget import Budget
from scanners.model import (
    Code,
    Content,
    Detection,
    DetectionLevel,
    Examination,
    Extracted,
    Family,
    FileType,
    Reason,
    Report,
    TypeNode,
    Unscanned,
    WorkSeconds,
)
from scanners.walk import SAME_KIND, examine

MakeBudget = Callable[..., Budget]
TYPE = FileType("typed", "text/x-typed", Family.TEXT)
FOUND = Detection(Code.SIGNATURE_YARA, "good", "found", DetectionLevel.MALICIOUS)
FILE = Content(memoryview(b"file"), "file.txt")


@dataclass(slots=True)
class Scripted:
    """A scanner that answers by script, or raises."""

    answer: Callable[[Content], Report]
    name: str = "scripted"
    seen: list[Content] = field(default_factory=list)

    def scan(self, content: Content, budget: Budget) -> Report:
        self.seen.append(content)
        return self.answer(content)


def _raising(error: BaseException) -> Scripted:
    def answer(content: Content) -> Report:
        raise error

    return Scripted(answer, name="bad")


GOOD = Scripted(
    lambda content: Report(detections=(replace(FOUND, path=content.path),)), name="good"
)


def _identify(view: memoryview) -> FileType:
    return TYPE


def _child(content: Content, name: str, **changes: object) -> Content:
    path = (*content.path, name)
    return replace(Content(memoryview(name.encode()), name, path=path), **changes)  # type: ignore[arg-type]


def _opens(*names: str, depth: int = 1, **changes: object) -> Scripted:
    """A container whose members have these names, down to a depth."""

    def answer(content: Content) -> Report:
        if len(content.path) >= depth:
            return Report()
        return Report(children=tuple(_child(content, name, **changes) for name in names))

    return Scripted(answer, name="opens")


def _run(new_budget: MakeBudget, *scanners: Scripted, **limits: float) -> Examination:
    return examine(FILE, Bench(_identify, scanners), new_budget(**limits))


FAILURES = {
    Reason.MALFORMED: errors.ContentMalformed(),
    Reason.TOO_LARGE: errors.ContentTooLarge(),
    Reason.TOO_DEEP: errors.ContentTooDeep(),
    Reason.TOO_MANY: errors.TooManyMembers(),
    Reason.TIMED_OUT: errors.DeadlinePassed(),
    Reason.ENGINE_DOWN: errors.EngineDown(),
    Reason.CRASHED: errors.ScannerError(),
}


@pytest.mark.parametrize("reason, error", FAILURES.items())
def test_each_failure_is_a_gap(
    new_budget: MakeBudget, reason: Reason, error: errors.ScannerError
) -> None:
    found = _run(new_budget, _raising(error), GOOD)
    assert found.unscanned == (Unscanned("bad", reason),)
    assert found.detections == (FOUND,), "the scanners after it were asked"


@pytest.mark.parametrize(
    "error",
    [ValueError("bug"), MemoryError(), RecursionError(), OSError(), UnicodeError()],
    ids=repr,
)
def test_a_bug_is_a_gap(
    new_budget: MakeBudget, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    found = _run(new_budget, _raising(error), GOOD)
    reason = Reason.TOO_LARGE if isinstance(error, MemoryError) else Reason.CRASHED
    assert found.unscanned == (Unscanned("bad", reason),)
    assert found.detections == (FOUND,)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "bad crashed" in record.getMessage()
    assert "test_walk.py" in record.getMessage(), "where it happened is told"


def test_an_exception_that_cannot_be_told_is_a_gap(
    new_budget: MakeBudget, caplog: pytest.LogCaptureFixture
) -> None:
    class SpeechlessError(Exception):
        def __str__(self) -> str:
            raise ValueError

    found = _run(new_budget, _raising(SpeechlessError()), GOOD)
    assert found.unscanned == (Unscanned("bad", Reason.CRASHED),)
    assert found.detections == (FOUND,)
    assert "SpeechlessError: (says nothing)" in caplog.text


def test_an_interrupt_is_none_of_ours(new_budget: MakeBudget) -> None:
    with pytest.raises(KeyboardInterrupt):
        _run(new_budget, _raising(KeyboardInterrupt()))


@pytest.mark.parametrize(
    "error, reason", [(errors.ContentMalformed(), Reason.MALFORMED), (ValueError(), Reason.CRASHED)]
)
def test_no_type_is_a_gap(new_budget: MakeBudget, error: Exception, reason: Reason) -> None:
    def fail(view: memoryview) -> FileType:
        raise error

    found = examine(FILE, Bench(fail, (GOOD,)), new_budget())
    assert found.unscanned == (Unscanned("file_type", reason),)
    assert found.types is not None
    assert found.types.file_type.name == "unknown"
    assert found.detections == (FOUND,)


def test_children_meet_every_scanner(new_budget: MakeBudget) -> None:
    found = _run(new_budget, _opens("a", "b", depth=2), GOOD)
    paths = {detection.path for detection in found.detections}
    assert paths == {(), ("a",), ("b",), ("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")}
    leaf = (TypeNode(TYPE, "a"), TypeNode(TYPE, "b"))
    assert found.types == TypeNode(TYPE, "", (TypeNode(TYPE, "a", leaf), TypeNode(TYPE, "b", leaf)))


def test_a_crash_in_a_member_spares_its_siblings(new_budget: MakeBudget) -> None:
    def answer(content: Content) -> Report:
        if content.name == "a":
            raise ValueError
        return Report()

    found = _run(new_budget, _opens("a", "b"), Scripted(answer), GOOD)
    assert found.unscanned == (Unscanned("scripted", Reason.CRASHED, ("a",)),)
    assert len(found.detections) == 3


def test_scanners_see_the_type(new_budget: MakeBudget) -> None:
    scanner = Scripted(lambda content: Report())
    _run(new_budget, scanner)
    assert scanner.seen == [replace(FILE, file_type=TYPE)]


def test_a_type_that_the_container_knows_is_kept(new_budget: MakeBudget) -> None:
    sealed = FileType("encrypted", "application/octet-stream", Family.DATA)
    found = _run(new_budget, _opens("a", file_type=sealed))
    assert found.types is not None
    assert found.types.children[0].file_type is sealed


def test_depth_ends_the_recursion(new_budget: MakeBudget) -> None:
    found = _run(new_budget, _opens("a", depth=10**6), depth=3)
    assert found.unscanned == (Unscanned("walk", Reason.TOO_DEEP, ("a", "a", "a")),)


def test_time_ends_the_walk(new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock jumps while the second of three members is scanned."""
    clock = time.monotonic

    def answer(content: Content) -> Report:
        if content.name == "b":
            monkeypatch.setattr("scanners.budget.time.monotonic", lambda: clock() + 3600)
        return Report(detections=(replace(FOUND, path=content.path),))

    found = _run(new_budget, _opens("a", "b", "c"), Scripted(answer))
    assert [detection.path for detection in found.detections] == [("a",), ("b",), ()]
    assert Unscanned("walk", Reason.TIMED_OUT) in found.unscanned


def test_no_time_at_all(new_budget: MakeBudget) -> None:
    found = _run(new_budget, GOOD, seconds=-1)
    assert Unscanned("file_type", Reason.TIMED_OUT) in found.unscanned


def test_what_clamav_cannot_reach_is_handed_out(new_budget: MakeBudget) -> None:
    assert _run(new_budget, _opens("a", hidden_from_clamav=True)).extracted == (
        Extracted(memoryview(b"a"), ("a",)),
    )
    assert _run(new_budget, _opens("a")).extracted == ()


WRAPPING = Content(memoryview(b"wrapping"), path=("w",), hidden_from_clamav=True)


def _wraps(view: memoryview, *, wrapped: bool = True, inside: bytes = b"inside") -> Scripted:
    """The file holds a form, and this a part; clamd opens neither."""
    form = replace(WRAPPING, view=view)

    def answer(content: Content) -> Report:
        if not content.path:
            return Report(children=(form,))
        part = _child(content, "p", view=memoryview(inside), hidden_from_clamav=True)
        return Report(children=(part,), wrapped=wrapped) if content.path == ("w",) else Report()

    return Scripted(answer, name="wraps")


PART = Extracted(memoryview(b"inside"), ("w", "p"))


def test_a_wrapper_that_clamav_sees_anyway_is_not_handed_out(new_budget: MakeBudget) -> None:
    assert _run(new_budget, _wraps(FILE.view[1:])).extracted == (PART,)


def test_a_wrapper_that_was_decoded_is_told_as_one(new_budget: MakeBudget) -> None:
    form = memoryview(b"form")
    wrapper = Extracted(form, ("w",), wrapper=True)
    assert _run(new_budget, _wraps(form)).extracted == (PART, wrapper)


def test_what_holds_more_than_its_parts_is_handed_out(new_budget: MakeBudget) -> None:
    form = FILE.view[1:]
    found = _run(new_budget, _wraps(form, wrapped=False))
    assert found.extracted == (PART, Extracted(form, ("w",)))


def test_what_was_not_opened_to_the_end_is_handed_out(new_budget: MakeBudget) -> None:
    form = FILE.view[1:]
    assert _run(new_budget, _wraps(form), depth=1).extracted == (Extracted(form, ("w",)),)


def test_more_of_the_same_is_not_kept(new_budget: MakeBudget) -> None:
    """One member in thousands that is different is."""
    names = [f"{number}" for number in range(3 * SAME_KIND)]

    def answer(content: Content) -> Report:
        word = "rare" if content.name == names[-1] else "common"
        gap = Unscanned("scripted", Reason.ENCRYPTED, content.path)
        return Report((replace(FOUND, name=word),), (gap,))

    found = _run(new_budget, _opens(*names), Scripted(answer))
    words = [detection.name for detection in found.detections]
    assert (words.count("common"), words.count("rare")) == (SAME_KIND, 1)
    assert len(found.unscanned) == SAME_KIND


def test_second_reading_that_breaks_off_is_no_finding(new_budget: MakeBudget) -> None:
    ambiguous = replace(FOUND, code=Code.ARCHIVE_AMBIGUOUS)

    def answer(content: Content) -> Report:
        gaps = [Unscanned("x", Reason.MALFORMED), Unscanned("x", Reason.ENCRYPTED)]
        children = () if content.path else (_child(content, "inner"),)
        return Report((FOUND, ambiguous), tuple(gaps), children)

    scripted = Scripted(answer)
    bench = Bench(_identify, (scripted, _raising(errors.ContentMalformed())))
    found = examine(replace(FILE, distorted=True), bench, new_budget())
    assert [content.distorted for content in scripted.seen] == [True, True]
    assert found.detections == (FOUND, FOUND)
    assert {gap.reason for gap in found.unscanned} == {Reason.ENCRYPTED}


def test_time_is_told_apart(new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=map(float, count()).__next__)  # a second at every look
    monkeypatch.setattr("scanners.walk.time", clock)
    found = _run(new_budget, replace(GOOD, name="yara"), GOOD)
    assert found.seconds == WorkSeconds(file_type=1, yara=1, others=4)
