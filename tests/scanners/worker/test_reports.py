"""Reports: what fits survives, what does not is counted, and nothing hostile is believed."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Extracted,
    Family,
    FileType,
    Reason,
    TypeNode,
    Unscanned,
    WorkSeconds,
)
from scanners.worker.messages import MalformedReport
from scanners.worker.reports import (
    CHILDREN,
    ITEMS,
    REPORT_BYTES,
    choose_children,
    decode_report,
    encode_report,
)
from scanners.worker.type_rows import NODES, STAND_INS, TREE_DEPTH

MILD, BAD = DetectionLevel.INFO, DetectionLevel.MALICIOUS
SAYABLE = [code for code in Code if code is not Code.HASH_ALLOWED]
plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
wild = st.text(st.characters(), max_size=3000)


def detections(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Detection]:
    paths = st.lists(texts, max_size=5).map(tuple)
    levels = st.sampled_from(DetectionLevel)
    return st.builds(Detection, st.sampled_from(SAYABLE), texts, texts, levels, paths, texts)


def trees(texts: st.SearchStrategy[str]) -> st.SearchStrategy[TypeNode]:
    types = st.builds(FileType, texts, texts, st.sampled_from(Family))
    leaves = st.builds(TypeNode, types, texts, member=st.booleans())
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            TypeNode, types, texts, st.lists(inner, min_size=1, max_size=4).map(tuple)
        ),
        max_leaves=15,
    )


def examinations(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Examination]:
    paths = st.lists(texts, max_size=5).map(tuple)
    gaps = st.builds(Unscanned, texts, st.sampled_from(Reason), paths)
    return st.builds(
        Examination,
        st.none() | trees(texts),
        st.lists(detections(texts), max_size=8).map(tuple),
        st.lists(gaps, max_size=8).map(tuple),
    )


def there_and_back(examination: Examination) -> Examination:
    data = encode_report(7, 1000, examination, ())
    assert len(data) <= REPORT_BYTES
    report = decode_report(data, 0)
    assert (report.job, report.memory_bytes) == (7, 1000)
    return report.examination


@given(examinations(plain))
def test_what_fits_survives(examination: Examination) -> None:
    back = there_and_back(examination)
    assert (back.types, back.unscanned) == (examination.types, examination.unscanned)
    assert sorted(map(repr, back.detections)) == sorted(map(repr, examination.detections))


@given(examinations(wild))
def test_whatever_does_not_fit_is_made_to(examination: Examination) -> None:
    back = there_and_back(examination)
    repr(back).encode("utf-8")  # no lone surrogate is left
    for found in back.detections:
        "".join((found.name, found.detail, found.scanner, *found.path)).encode("utf-8")
    kinds = {(found.code, found.level) for found in examination.detections}
    assert {(found.code, found.level) for found in back.detections} == kinds
    assert {part.reason for part in examination.unscanned} <= {p.reason for p in back.unscanned}


@pytest.mark.parametrize("text", ["x" * 300, "\U0001f600" * 3000])
def test_the_worst_detections_stay_and_the_rest_is_counted(text: str) -> None:
    def many(level: DetectionLevel, count: int) -> tuple[Detection, ...]:
        return count * (Detection(Code.ARCHIVE_EXECUTABLE, "s", text, level, (text,), text),)

    examination = Examination(None, many(MILD, 900) + many(BAD, 1))
    back = there_and_back(examination)
    assert back.detections[0].level is BAD
    assert back.detections[-1].name == "more"
    kept = len(back.detections) - 1
    assert back.detections[-1].detail == f"{901 - kept} more of this kind were found."
    assert back.unscanned == ()  # nothing that weighs was lost
    back = there_and_back(Examination(None, many(BAD, 900)))
    assert back.unscanned == (Unscanned("worker", Reason.TOO_MANY),)


def test_every_reason_stays() -> None:
    gaps = 1000 * (Unscanned("zip", Reason.ENCRYPTED, ("x" * 100,)),)
    back = there_and_back(Examination(unscanned=(*gaps, Unscanned("zip", Reason.MALFORMED))))
    assert {part.reason for part in back.unscanned} == {Reason.ENCRYPTED, Reason.MALFORMED}
    assert len(back.unscanned) <= ITEMS + 2
    assert sum("more" in part.path[0] for part in back.unscanned) == 2


def test_children_are_chosen_by_number_and_by_the_length_of_their_paths() -> None:
    def extracted(name: str, count: int) -> tuple[Extracted, ...]:
        return count * (Extracted(memoryview(b""), (name,)),)

    chosen, gaps = choose_children(extracted("short", 100), 0)
    assert len(chosen) == CHILDREN
    assert gaps == (100 - CHILDREN) * (Unscanned("worker", Reason.TOO_MANY, ("short",)),)
    chosen, gaps = choose_children(extracted("\U0001f600" * 999, 100), 0)
    assert 0 < len(chosen) < CHILDREN
    assert len(chosen) + len(gaps) == 100
    paths = [("a", "b"), ("c",)]
    children = [Extracted(memoryview(b""), path) for path in paths]
    data = encode_report(1, 1, Examination(), children)
    assert list(decode_report(data, 2).child_paths) == paths
    for descriptors in (0, 1, 3):
        with pytest.raises(MalformedReport):
            decode_report(data, descriptors)


def test_what_was_unlocked_is_told_of_the_file_and_of_each_child() -> None:
    opened = (frozenset({"zip", "7z"}), frozenset[str](), frozenset({"rar"}))
    children = [Extracted(memoryview(b""), ("a",), unlocked=names) for names in opened[1:]]
    data = encode_report(1, 1, Examination(unlocked=opened[0]), children)
    back = decode_report(data, 2)
    assert (back.examination.unlocked, *back.child_unlocked) == opened


@pytest.mark.parametrize("seconds", [None, WorkSeconds(0.25, 0.0, 1.5), WorkSeconds(86_400, 1, 1)])
def test_time_is_told(seconds: WorkSeconds | None) -> None:
    assert there_and_back(Examination(seconds=seconds)).seconds == seconds


def test_no_worker_allows_a_file_by_its_hash() -> None:
    """One in an attacker's hands would overrule clamd."""
    for code in Code:
        data = encode_report(1, 1, Examination(detections=(Detection(code, "s", "n", MILD),)), [])
        if code in SAYABLE:
            assert decode_report(data, 0).examination.detections[0].code is code
        else:
            with pytest.raises(MalformedReport, match="not for a worker"):
                decode_report(data, 0)


def _extracted(name: str, size: int, *, wrapper: bool = False) -> Extracted:
    return Extracted(memoryview(bytes(size)), (name,), wrapper)


def test_children_are_chosen_by_their_bytes() -> None:
    """What does not fit is a gap, and what comes after it may fit."""
    children = [_extracted("a", 6), _extracted("b", 5), _extracted("c", 4), _extracted("d", 0)]
    chosen, gaps = choose_children(children, 10)
    assert [child.path for child in chosen] == [("a",), ("c",), ("d",)]
    assert gaps == (Unscanned("worker", Reason.TOO_LARGE, ("b",)),)
    words = [memoryview(bytes(8)).cast("I"), memoryview(b"")]
    assert len(choose_children([Extracted(view, ()) for view in words], 7)[0]) == 1


def test_wrappers_come_last_and_only_if_they_fit() -> None:
    form, part, other = (
        _extracted("form", 7, wrapper=True),
        _extracted("part", 6),
        _extracted("other", 3),
    )
    assert choose_children([form, part, other], 16) == ((part, other, form), ())
    assert choose_children([form, part, other], 15) == ((part, other), ())


NODE: list[object] = [0, "zip", "application/zip", "archive", "", "", False]
FOUND: list[object] = ["hash.blocked", "s", "n", "info", [], ""]
GAP: list[object] = ["s", "partial", []]


def report(**parts: object) -> bytes:
    sound: dict[str, object] = {
        "job": 1,
        "memory": 1,
        "types": [NODE],
        "detections": [FOUND],
        "unscanned": [GAP],
        "paths": [],
        "unlocked": [[]],
        "seconds": [1, 2, 3],
    }
    assert parts.keys() <= sound.keys()
    return json.dumps(list({**sound, **parts}.values())).encode()


def changed(item: list[object], index: int, value: object) -> list[list[object]]:
    return [[*item[:index], value, *item[index + 1 :]]]


def test_the_sound_report_of_the_next_test_is_sound() -> None:
    assert len(decode_report(report(), 0).examination.detections) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"[" * 150_000,
        b"\xff\xff",
        report()[:-1],
        report(job=-1),
        report(job=True),
        report(job=1.5),
        report(job="1"),
        report(memory=2**64),
        report(memory=None),
        report(types=None),
        report(types=[NODE] * (NODES + STAND_INS + 2)),
        report(types=changed(NODE, 0, 1)),
        report(types=changed(NODE, 0, 99)),
        report(types=changed(NODE, 0, -1)),
        report(types=[NODE, [1, *NODE[1:]]]),
        report(types=[[max(0, i - 1), *NODE[1:]] for i in range(TREE_DEPTH + 1)]),
        report(types=changed(NODE, 1, "x" * 101)),
        report(types=changed(NODE, 3, "weapon")),
        report(types=[NODE[:-1]]),
        report(types=changed(NODE, 5, 1)),
        report(detections=[FOUND] * 1000),
        report(detections=[FOUND[:-1]]),
        report(detections=[[*FOUND, 1]]),
        report(detections=["abcdef"]),
        report(detections=changed(FOUND, 0, "no.such.code")),
        report(detections=changed(FOUND, 0, ["hash.blocked"])),
        report(detections=changed(FOUND, 1, "x" * 101)),
        report(detections=changed(FOUND, 2, 7)),
        report(detections=changed(FOUND, 3, "clean")),
        report(detections=changed(FOUND, 3, None)),
        report(detections=changed(FOUND, 4, "path")),
        report(detections=changed(FOUND, 4, ["x"] * 65)),
        report(detections=changed(FOUND, 4, ["x" * 255] * 4)),
        report(detections=changed(FOUND, 5, "x" * 1001)),
        report(detections={"0": FOUND}),
        report(unscanned=[GAP] * 1000),
        report(unscanned=changed(GAP, 1, "bored")),
        report(paths=[["a"]]),
        report(paths=None),
        report(unlocked=[]),
        report(unlocked=[[], []]),
        report(unlocked=["zip"]),
        report(unlocked=[[7]]),
        report(unlocked=[["x"] * 17]),
        report(seconds=None),
        report(seconds=[1, 2]),
        report(seconds=[1, 2, 3, 4]),
        report(seconds=[-1, 0, 0]),
        report(seconds=[0.5, 0, 0]),
        report(seconds=[86_400_000_001, 0, 0]),
    ],
)
def test_anything_else_is_refused(hostile: bytes) -> None:
    with pytest.raises(MalformedReport):
        decode_report(hostile, 0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner),
)


@given(
    st.binary(max_size=200)
    | st.lists(json_values, max_size=8).map(lambda v: json.dumps(v).encode())
)
def test_garbage_is_refused_in_one_way_only(garbage: bytes) -> None:
    with suppress(MalformedReport):
        decode_report(garbage, 0)
