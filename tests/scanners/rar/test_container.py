"""RAR archives: members are found and judged, every trick is seen, every failure is a gap."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.rar_archives import RarFile, rar4, rar5
from scanners.budget import Budget
from scanners.model import Examination, Reason
from tests.scanners.rar.packer import packed4, packed5, zeros5

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
Make = Callable[..., bytes]

PE = builders.pe()
TEXT = b"Plain text.\n" * 20
NOTES = RarFile("a.txt", TEXT)
TOOL, TRICK = RarFile("tool.exe", PE), RarFile("photo.jpg.exe", PE)
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
MALFORMED, ENCRYPTED = "unscanned.malformed", "unscanned.encrypted"
OPENED, OPENED_NAMES = "archive.encrypted?", "archive.encrypted_names?"
AMBIGUOUS, TRAVERSAL = "archive.ambiguous", "archive.traversal"
KEY, UNKNOWN = "infected", "not to be guessed"


@pytest.fixture
def patient(run: Examine, new_budget: Callable[..., Budget]) -> Examine:
    """Return a call that examines bytes, with time for passwords on a busy machine."""

    def call(data: bytes) -> Examination:
        budget = new_budget()
        budget.guess_seconds = 10
        return run(data, budget=budget)

    return call


def locked(password: str, *, name: str = "photo.jpg.exe") -> RarFile:
    return RarFile(name, PE, password)


Case = tuple[list[RarFile], dict[str, object], set[str]]
BOTH: dict[str, Case] = {
    "nothing": ([], {}, set()),
    "texts": ([NOTES, RarFile("b/ü.txt", TEXT)], {}, set()),
    "program": ([NOTES, TOOL], {}, {EXECUTABLE}),
    "program under two extensions": ([TRICK], {}, {EXECUTABLE, DOUBLE}),
    "program as picture": (
        [RarFile("photo.jpg", PE)],
        {},
        {EXECUTABLE, "disguise.extension"},
    ),
    "behind a known password": ([locked(KEY)], {}, {OPENED, EXECUTABLE, DOUBLE}),
    "behind an unknown password": (
        [locked(UNKNOWN)],
        {},
        {OPENED, EXECUTABLE, DOUBLE, ENCRYPTED},
    ),
    "each behind its own": (
        [locked(KEY), RarFile("b.txt", TEXT, UNKNOWN), NOTES],
        {},
        {OPENED, EXECUTABLE, DOUBLE, ENCRYPTED},
    ),
    "names behind a known password": (
        [locked(KEY)],
        {"opened_by": KEY},
        {OPENED_NAMES, EXECUTABLE, DOUBLE},
    ),
    "names behind an unknown password": (
        [locked(UNKNOWN)],
        {"opened_by": UNKNOWN},
        {OPENED_NAMES, ENCRYPTED},
    ),
    "names behind a known, content behind an unknown one": (
        [locked(UNKNOWN)],
        {"opened_by": KEY},
        {OPENED_NAMES, OPENED, ENCRYPTED, EXECUTABLE, DOUBLE},
    ),
    "goes on in another volume": (
        [RarFile("tool.exe", PE, volume_flags=2)],
        {"volume": True},
        {EXECUTABLE, MALFORMED},
    ),
    "comes from another volume": (
        [RarFile("tool.exe", PE, volume_flags=1), NOTES],
        {"volume": True},
        {EXECUTABLE, MALFORMED},
    ),
    "a volume of whole members": ([NOTES, TOOL], {"volume": True}, {EXECUTABLE}),
    "climbing": ([RarFile("../../a.txt", TEXT)], {}, {TRAVERSAL}),
    "alternate stream": (
        [NOTES, RarFile("a.txt", PE, stream=":tool.exe")],
        {},
        {EXECUTABLE, "disguise.extension"},
    ),
    "alternate stream that leads out": (
        [NOTES, RarFile("a.txt", TEXT, stream=":..\\..\\a.txt")],
        {},
        {TRAVERSAL},
    ),
    "link that leads out": ([RarFile("l", b"", link=(1, "../../etc"))], {}, {TRAVERSAL + "?"}),
    "through a link": (
        [RarFile("l", b"", link=(1, "/etc")), RarFile("l/a.txt", TEXT)],
        {},
        {TRAVERSAL + "?", TRAVERSAL},
    ),
    "wrong checksum": ([RarFile("a.txt", TEXT, checksum=1)], {}, {MALFORMED}),
    "packed by nobody": ([RarFile("a.txt", TEXT, packed=b"noise" * 9)], {}, {MALFORMED}),
    "program packed by nobody": (
        [RarFile("a.exe", PE, packed=PE)],
        {},
        {MALFORMED, EXECUTABLE},
    ),
}


@pytest.mark.parametrize("make", [rar4, rar5])
@pytest.mark.parametrize("case", BOTH.values(), ids=BOTH)
def test_archive(patient: Examine, findings: Findings, make: Make, case: Case) -> None:
    files, options, expected = case
    assert findings(patient(make(files, **options))) == expected


OF_OTHERS = {"disguise.polyglot", "embedded.executable"}
"""What stands behind a picture is a find of other scanners as well."""
NEW, OLD = rar5([NOTES, TRICK]), rar4([NOTES, TRICK])
PACKED = [RarFile("photo.jpg.exe", PE, packed=packed5(PE)), NOTES]
ODD = {
    "packed": (rar5(PACKED), {EXECUTABLE, DOUBLE}),
    "packed, old": (rar4([RarFile("tool.exe", PE, packed=packed4(PE))]), {EXECUTABLE}),
    "packed, locked": (
        rar5([RarFile("tool.exe", PE, KEY, packed=packed5(PE)), NOTES]),
        {OPENED, EXECUTABLE},
    ),
    "packed, locked, old": (
        rar4([RarFile("tool.exe", PE, KEY, packed=packed4(PE)), NOTES]),
        {OPENED, EXECUTABLE},
    ),
    "packed, names locked": (rar5(PACKED, opened_by=KEY), {OPENED_NAMES, EXECUTABLE, DOUBLE}),
    "packed stream": (
        rar5([NOTES, RarFile("a.txt", PE, packed=packed5(PE), stream=":s")]),
        {EXECUTABLE, "disguise.extension"},
    ),
    "copy of a program": (
        rar5([TOOL, RarFile("photo.jpg", b"", link=(5, "tool.exe"))]),
        {EXECUTABLE, "disguise.extension"},
    ),
    "link that is a program": (
        rar5([RarFile("photo.jpg", PE, link=(1, "a.txt"))]),
        {EXECUTABLE, "disguise.extension"},
    ),
    "packed link that is a program": (
        rar5([RarFile("a.exe", PE, packed=packed5(PE), link=(4, "a.txt"))]),
        {EXECUTABLE, MALFORMED},
    ),
    "link of no kind": (rar5([RarFile("a.exe", PE, link=(0, ""))]), {EXECUTABLE}),
    "link of lines": (rar4([RarFile("a.sh", b"", link=(1, "#!/bin/sh\nls"))]), {EXECUTABLE}),
    "copy of nothing": (rar5([RarFile("b.txt", b"", link=(4, "a.txt"))]), {MALFORMED}),
    "behind a program": (PE + NEW, {EXECUTABLE, DOUBLE}),
    "behind a program, old, and more": (PE + OLD + bytes(99) + PE, {EXECUTABLE, DOUBLE}),
    "behind a picture": (builders.jpeg() + NEW, {EXECUTABLE, DOUBLE}),
    "two": (NEW + OLD, {EXECUTABLE, DOUBLE, AMBIGUOUS}),
    "zeros behind": (NEW + bytes(99), {EXECUTABLE, DOUBLE}),
    "cut": (NEW[:-40], {EXECUTABLE, DOUBLE, MALFORMED}),
    "header changed": (NEW.replace(b"a.txt", b"a.csv"), {EXECUTABLE, DOUBLE, MALFORMED}),
    "no header": (b"Rar!\x1a\x07\x01\0" + bytes(9), {MALFORMED}),
    "no signature": (b"Rar!\x1a\x07\x03\0" + NEW, {MALFORMED}),
    "quick open": (
        rar5([NOTES, RarFile("", b"\xd4\xb9\xe9\xfd\x04\0\1\1X", service="QO")]),
        set(),
    ),
    "too large a dictionary": (
        rar5([RarFile("a.txt", TEXT, packed=packed5(TEXT), method=3 << 7 | 12 << 10)]),
        {"unscanned.too_large"},
    ),
    "bomb": (
        rar5([RarFile("a.txt", bytes(30_000_000), packed=zeros5(30_000_000))]),
        {"archive.bomb", "unscanned.too_large"},
    ),
    "another name in an old code page": (
        rar4([RarFile("", PE, raw_name=b"a.txt\0\0\0a.ex\0e")]),
        {EXECUTABLE, "disguise.extension"},
    ),
    "in a ZIP": (builders.zip_of({"b.rar": NEW}), {EXECUTABLE, DOUBLE}),
}


@pytest.mark.parametrize("data, expected", ODD.values(), ids=ODD)
def test_odd_archive(patient: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(patient(data)) - OF_OTHERS == expected


def test_members_are_handed_to_clamav(run: Examine) -> None:
    """Free builds of clamd have no unpacker; what stays sealed is not handed out."""
    extracted = run(rar5([NOTES, RarFile("b.txt", TEXT, UNKNOWN)])).extracted
    assert [(bytes(one.view), one.path) for one in extracted] == [(TEXT, ("a.txt",))]


def test_a_comment_may_hold_the_password(run: Examine) -> None:
    comment = RarFile("", b"password: sesame-street", service="CMT")
    found = run(rar5([comment, locked("sesame-street")]))
    assert found.unscanned == ()


def test_opened_says_from_where(run: Examine) -> None:
    found = run(rar5([locked("holiday"), locked("holiday", name="b.exe")]), name="holiday.rar")
    opened = [d for d in found.detections if d.code.value == "archive.encrypted"]
    assert len(opened) == 1
    assert "holiday" not in opened[0].detail


def test_members_beyond_the_budget(run: Examine, new_budget: Callable[..., Budget]) -> None:
    files = [TOOL, *(RarFile(str(number), b"") for number in range(9))]
    found = run(rar5(files), budget=new_budget(members=4))
    assert {gap.reason for gap in found.unscanned} == {Reason.TOO_MANY}
    assert [detection.code.value for detection in found.detections] == ["archive.executable"]


@pytest.mark.parametrize("password", ["", KEY])
def test_bytes_beyond_the_budget(
    run: Examine, new_budget: Callable[..., Budget], password: str
) -> None:
    noise = hashlib.shake_256(b"noise").digest(50_000)
    data = rar5([RarFile("a.bin", noise, password), RarFile("b.bin", noise, password)])
    found = run(data, budget=new_budget(size=60_000))
    assert Reason.TOO_LARGE in {gap.reason for gap in found.unscanned}


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\\/:\n\r", exclude_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=12,
).filter(lambda name: name.strip(". ") and not name.startswith("-"))
FILES = st.lists(
    st.builds(
        RarFile,
        NAMES,
        st.binary(max_size=60).map(b"Text: ".__add__),
        st.sampled_from(["", "", KEY]),
    ),
    max_size=4,
    unique_by=lambda file: file.name,
)


@given(FILES, st.sampled_from([rar5]), st.sampled_from(["", KEY]))
def test_whatever_is_put_in_is_found(
    run: Examine, files: list[RarFile], make: Make, opened_by: str
) -> None:
    found = run(make(files, opened_by=opened_by))
    assert found.unscanned == ()
    extracted = {one.path[0]: bytes(one.view) for one in found.extracted}
    assert extracted == {file.name: file.data for file in files}


DAMAGED = {"new": NEW, "old": OLD, "packed": rar5(PACKED), "locked": rar5([locked(KEY)])}


@pytest.mark.parametrize("whole", DAMAGED.values(), ids=DAMAGED)
@given(st.data())
def test_any_damage_is_survived(run: Examine, whole: bytes, data: st.DataObject) -> None:
    """The program is found, or something says that it may have been missed."""
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = run(bytes(damaged))
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
    names = {detection.name for detection in found.detections}
    assert "pe" in names or found.unscanned or "readers" in names or PE not in damaged


ORACLE = [RarFile("a.txt", TEXT), RarFile("d/ü.exe", PE), RarFile("c", b"")]


@pytest.mark.parametrize(
    "data, listed",
    [
        (rar5(ORACLE), 3),
        (rar4(ORACLE), 3),
        (rar5([RarFile("a", TEXT, KEY), RarFile("b", PE, KEY, packed=packed5(PE))]), 2),
        (rar5(ORACLE, opened_by=KEY), 3),
        (rar5([RarFile("a", TEXT, KEY, tweaked=False)], opened_by=KEY, check=False), 1),
        (rar4([RarFile("a", PE, packed=packed4(PE))]), 1),
    ],
)
def test_what_is_built_here_is_rar_to_others(tmp_path: Path, data: bytes, listed: int) -> None:
    """unar knows no encrypted headers of RAR 4, and fails on those of RAR itself, too."""
    path = tmp_path / "a.rar"
    path.write_bytes(data)
    command = ["lsar", "-t", "-p", KEY, str(path)]
    tested = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"{listed} passed, 0 failed" in tested.stdout
