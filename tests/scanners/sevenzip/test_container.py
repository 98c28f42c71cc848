"""7z archives: members are found and judged, every trick is seen, every failure is a gap."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.sevenzip_archives import COPY, PARTS, SevenZipFile, numbers, sevenzip, start_header
from scanners.budget import Budget
from scanners.model import Examination, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]

PE = builders.pe()
TEXT = b"Plain text.\n" * 20
NOTES = SevenZipFile("a.txt", TEXT)
TOOL, TRICK = SevenZipFile("tool.exe", PE), SevenZipFile("photo.jpg.exe", PE)
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
MALFORMED, ENCRYPTED = "unscanned.malformed", "unscanned.encrypted"
OPENED, OPENED_NAMES = "archive.encrypted?", "archive.encrypted_names?"
AMBIGUOUS, TRAVERSAL = "archive.ambiguous", "archive.traversal"
KEY, UNKNOWN = "infected", "not to be guessed"
WHOLE = sevenzip([NOTES, TRICK])
OF_OTHERS = {"disguise.polyglot", "embedded.executable"}
"""What stands behind a picture is a find of other scanners as well."""


def locked(password: str, *, name: str = "photo.jpg.exe") -> SevenZipFile:
    return SevenZipFile(name, PE, password)


CASES = {
    "nothing": (builders.empty_7z(), set()),
    "texts": (sevenzip([NOTES, SevenZipFile("d/", b""), SevenZipFile("d/ü", b"")]), set()),
    "header as it is": (sevenzip([NOTES, TOOL], packed=False), {EXECUTABLE}),
    "program": (sevenzip([NOTES, TOOL]), {EXECUTABLE}),
    "program under two extensions": (WHOLE, {EXECUTABLE, DOUBLE}),
    "program as picture": (
        sevenzip([SevenZipFile("photo.jpg", PE, method=COPY)]),
        {EXECUTABLE, "disguise.extension"},
    ),
    "behind a known password": (sevenzip([locked(KEY)]), {OPENED, EXECUTABLE, DOUBLE}),
    "behind an unknown password": (
        sevenzip([locked(UNKNOWN)]),
        {OPENED, EXECUTABLE, DOUBLE, ENCRYPTED},
    ),
    "each behind its own": (
        sevenzip([locked(KEY), NOTES, locked(UNKNOWN, name="b.exe")]),
        {OPENED, EXECUTABLE, DOUBLE, ENCRYPTED},
    ),
    "names behind a known password": (
        sevenzip([locked(KEY)], opened_by=KEY),
        {OPENED_NAMES, EXECUTABLE, DOUBLE},
    ),
    "names behind an unknown password": (
        sevenzip([locked(UNKNOWN)], opened_by=UNKNOWN),
        {OPENED_NAMES, ENCRYPTED},
    ),
    "names behind a known, content behind an unknown one": (
        sevenzip([locked(UNKNOWN)], opened_by=KEY),
        {OPENED_NAMES, OPENED, ENCRYPTED, EXECUTABLE, DOUBLE},
    ),
    "climbing": (sevenzip([SevenZipFile("../../a.txt", TEXT)]), {TRAVERSAL}),
    "link that leads out": (
        sevenzip([SevenZipFile("l", b"../../etc", target=True)]),
        {TRAVERSAL + "?"},
    ),
    "through a link": (
        sevenzip([SevenZipFile("l", b"/etc", target=True), SevenZipFile("l/a.txt", TEXT)]),
        {TRAVERSAL + "?", TRAVERSAL},
    ),
    "locked link": (
        sevenzip([SevenZipFile("l", b"../../etc", KEY, target=True)]),
        {TRAVERSAL + "?", OPENED},
    ),
    "link that is a program": (
        sevenzip([SevenZipFile("photo.jpg.exe", PE, target=True)]),
        {EXECUTABLE, DOUBLE},
    ),
    "wrong checksum": (sevenzip([SevenZipFile("a.txt", TEXT, checksum=1)]), {MALFORMED}),
    "unknown coder": (
        sevenzip([SevenZipFile("a.exe", TEXT, method=b"\x0a"), NOTES]),
        {MALFORMED, EXECUTABLE},
    ),
    "behind a program": (PE + WHOLE, {EXECUTABLE, DOUBLE}),
    "behind a program, signed": (PE + WHOLE + bytes(999), {EXECUTABLE, DOUBLE}),
    "behind a picture": (builders.jpeg() + WHOLE, {EXECUTABLE, DOUBLE}),
    "two": (sevenzip([NOTES]) + WHOLE, {EXECUTABLE, DOUBLE, AMBIGUOUS}),
    "program behind": (sevenzip([NOTES]) + PE, {AMBIGUOUS}),
    "zeros behind": (WHOLE + bytes(99), {EXECUTABLE, DOUBLE}),
    "first volume": (WHOLE[:-20], {MALFORMED}),
    "start header changed": (WHOLE[:8] + b"\0" + WHOLE[9:], {MALFORMED}),
    "only its start": (WHOLE[:20], {MALFORMED}),
    "too large a window": (
        sevenzip([SevenZipFile("a.txt", TEXT, window=40), TOOL]),
        {"unscanned.too_large", EXECUTABLE},
    ),
    "bomb": (
        sevenzip([SevenZipFile("a.txt", bytes(30_000_000))]),
        {"archive.bomb", "unscanned.too_large"},
    ),
    "in a ZIP": (builders.zip_of({"b.7z": WHOLE}), {EXECUTABLE, DOUBLE}),
    "only 7-Zip reads it": (
        sevenzip([TRICK], packed=False).replace(PARTS + b"\0\5", b"\0\5"),
        {MALFORMED},
    ),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(run(data)) - OF_OTHERS == expected


def test_what_only_7_zip_reads(run: Examine, findings: Findings) -> None:
    """libarchive refuses a header without a list of parts; the members are found all the same."""
    data = sevenzip([TRICK], packed=False)
    start = data.rindex(b"\1\4")
    header = data[start:].replace(PARTS + b"\0" + numbers(5, 1), b"\0" + numbers(5, 1))
    assert header != data[start:]
    odd = start_header(start - 32, header) + data[32:start] + header
    assert findings(run(odd)) == {EXECUTABLE, DOUBLE}


@pytest.fixture
def patient(run: Examine, new_budget: Callable[..., Budget]) -> Examine:
    """Return a call that examines bytes, with time for passwords on a busy machine."""

    def call(data: bytes) -> Examination:
        budget = new_budget()
        budget.guess_seconds = 10
        return run(data, budget=budget)

    return call


def packed_by_7_zip(folder: Path, *options: str) -> bytes:
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "photo.jpg.exe").write_bytes(PE)
    command = ["7zz", "a", *options, "a.7z", "a.txt", "photo.jpg.exe"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return (folder / "a.7z").read_bytes()


OF_7_ZIP = {
    "plain": ([], set()),
    "not solid": (["-ms=off"], set()),
    "locked": ([f"-p{KEY}"], {OPENED}),
    "names locked": ([f"-p{KEY}", "-mhe=on"], {OPENED_NAMES}),
    "BCJ2": ("-m0=BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0:1 -mb0s1:2 -mb0s2:3".split(), set()),
}


@pytest.mark.parametrize("options, more", OF_7_ZIP.values(), ids=OF_7_ZIP)
def test_archives_of_7_zip(
    patient: Examine, findings: Findings, tmp_path: Path, options: list[str], more: set[str]
) -> None:
    assert findings(patient(packed_by_7_zip(tmp_path, *options))) == {EXECUTABLE, DOUBLE} | more


def test_a_volume_of_7_zip(run: Examine, findings: Findings, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(hashlib.shake_256(b"noise").digest(9000))
    command = ["7zz", "a", "-v4k", "a.7z", "a"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert findings(run((tmp_path / "a.7z.001").read_bytes())) == {MALFORMED}


HIDDEN = {
    "plain": (sevenzip([NOTES]), []),
    "locked": (sevenzip([SevenZipFile("a.txt", TEXT, KEY)]), ["a.txt"]),
    "names locked": (sevenzip([NOTES], opened_by=KEY), ["a.txt"]),
    "sealed": (sevenzip([SevenZipFile("a.txt", TEXT, UNKNOWN)]), []),
    "behind a program": (PE + sevenzip([NOTES]), ["a.txt"]),
}


@pytest.mark.parametrize("data, handed_out", HIDDEN.values(), ids=HIDDEN)
def test_what_clamav_cannot_reach_is_handed_out(
    run: Examine, data: bytes, handed_out: list[str]
) -> None:
    assert [one.path[0] for one in run(data).extracted if len(one.path) == 1][:1] == handed_out


@pytest.mark.parametrize("method, handed_out", [("PPMd", 0), ("BZip2", 2), ("Deflate", 2)])
def test_what_clamav_cannot_unpack_is_handed_out(
    run: Examine, tmp_path: Path, method: str, handed_out: int
) -> None:
    data = packed_by_7_zip(tmp_path, f"-m0={method}")
    assert len(run(data).extracted) == handed_out


def test_opened_is_told_once(run: Examine) -> None:
    found = run(sevenzip([locked("holiday"), locked("holiday", name="b.exe")]), name="holiday.7z")
    opened = [d for d in found.detections if d.code.value == "archive.encrypted"]
    assert len(opened) == 1
    assert "holiday" not in opened[0].detail


def test_members_beyond_the_budget(run: Examine, new_budget: Callable[..., Budget]) -> None:
    files = [TOOL, *(SevenZipFile(str(number), b"") for number in range(9))]
    found = run(sevenzip(files), budget=new_budget(members=4))
    assert {gap.reason for gap in found.unscanned} == {Reason.TOO_MANY}
    assert [detection.code.value for detection in found.detections] == ["archive.executable"]


@pytest.mark.parametrize("password", ["", KEY])
def test_bytes_beyond_the_budget(
    run: Examine, new_budget: Callable[..., Budget], password: str
) -> None:
    noise = hashlib.shake_256(b"noise").digest(50_000)
    data = sevenzip([SevenZipFile(name, noise, password) for name in ("a.bin", "b.bin")])
    found = run(data, budget=new_budget(size=60_000))
    assert Reason.TOO_LARGE in {gap.reason for gap in found.unscanned}


LETTERS = st.characters(codec="utf-8", exclude_characters="\\/:", exclude_categories=["Cs", "Cc"])
NAMES = st.text(LETTERS, min_size=1, max_size=12).filter(lambda name: name.strip(". "))
FILES = st.lists(
    st.builds(
        SevenZipFile,
        NAMES,
        st.binary(max_size=60).map(b"Text: ".__add__),
        st.sampled_from(["", "", KEY]),
        st.sampled_from([COPY, b"\x21"]),
    ),
    max_size=4,
    unique_by=lambda file: file.name,
)


@given(FILES, st.sampled_from(["", KEY]))
def test_whatever_is_put_in_is_found(
    run: Examine, files: list[SevenZipFile], opened_by: str
) -> None:
    found = run(sevenzip(files, opened_by=opened_by))
    assert found.unscanned == ()
    assert found.types is not None
    assert [node.name for node in found.types.children] == [file.name for file in files]


DAMAGED = {
    "plain": WHOLE,
    "stored": sevenzip([SevenZipFile("tool.exe", PE, method=COPY)], packed=False),
    "locked": sevenzip([locked(KEY)]),
    "names locked": sevenzip([TOOL], opened_by=KEY),
}


@pytest.mark.parametrize("whole", DAMAGED.values(), ids=DAMAGED)
@given(st.data())
def test_any_damage_is_survived(run: Examine, whole: bytes, data: st.DataObject) -> None:
    """The program is found, or something says that it may have been missed."""
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(6, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = run(bytes(damaged))
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
    assert "pe" in {detection.name for detection in found.detections} or found.unscanned
