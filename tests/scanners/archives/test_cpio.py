"""cpio: every format, and what goes on behind the trailer."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import builders
from samples.packing import cpio_of
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()
NOTES = cpio_of({"a.txt": b"hello " * 100})
TRICK = cpio_of({"photo.jpg.exe": PE})
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
AMBIGUOUS, MALFORMED = "archive.ambiguous", "unscanned.malformed"

CASES = {
    "texts": (NOTES, set()),
    "padded": (NOTES + bytes(400), set()),
    "program": (cpio_of({"a.exe": PE}), {EXECUTABLE}),
    "cut": (NOTES[:-40], {MALFORMED}),
    "cut in a member": (TRICK[:400], {MALFORMED, EXECUTABLE, DOUBLE}),
    "absolute": (cpio_of({"/etc/a.txt": b"a"}), {"archive.traversal"}),
    "an initial RAM disk": (NOTES + bytes(100) + TRICK, {AMBIGUOUS + "?", EXECUTABLE, DOUBLE}),
    "the same, packed": (
        NOTES + builders.gzip(TRICK),
        {AMBIGUOUS + "?", EXECUTABLE, DOUBLE},
    ),
    "another archive": (
        NOTES + builders.zip_of({"photo.jpg.exe": PE}),
        {AMBIGUOUS, EXECUTABLE, DOUBLE},
    ),
    "a program": (NOTES + PE, {AMBIGUOUS}),
    "noise between members": (
        NOTES[:720] + b"noise" * 40 + TRICK,
        {EXECUTABLE, DOUBLE, MALFORMED},
    ),
    "a header that not all can read": (
        b"070701X" + NOTES[7:720] + TRICK,
        {MALFORMED},
    ),
    "the last header as well": (
        NOTES[:720] + b"070701X" + TRICK[7:],
        {MALFORMED},
    ),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(run(data)) == expected


@pytest.mark.parametrize("dialect", ["bin", "odc", "newc", "crc", "hpbin", "hpodc"])
def test_dialects(tmp_path: Path, run: Examine, findings: Findings, dialect: str) -> None:
    """Of hard links the last one has the bytes in some of them."""
    (tmp_path / "photo.jpg").write_bytes(PE)
    (tmp_path / "z.exe").hardlink_to(tmp_path / "photo.jpg")
    (tmp_path / "notes.txt").write_bytes(b"text")
    done = subprocess.run(
        ["cpio", "-o", "-H", dialect],
        input=b"photo.jpg\nz.exe\nnotes.txt\n",
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    found = run(done.stdout, name="a.cpio")
    assert findings(found) == {EXECUTABLE, "disguise.extension"}
    assert found.extracted == ()


def test_damage_never_hides_a_member(run: Examine) -> None:
    """Others take a header as it is that libarchive skips."""
    data = cpio_of({"a.txt": b"some text", "p.exe": PE, "z.txt": b"zz"})
    start = data.index(PE)
    for at in [*range(start), *range(start + len(PE), len(data))]:
        found = run(data[:at] + b"\xb0" + data[at + 1 :])
        assert found.types is not None
        if found.types.file_type.name == "cpio":
            kinds = [child.file_type.name for child in found.types.children]
            assert "pe" in kinds or found.unscanned


def test_long_links_and_names_are_no_skips(tmp_path: Path, run: Examine) -> None:
    (tmp_path / ("n" * 200)).symlink_to("t" * 900)
    done = subprocess.run(
        ["cpio", "-o", "-H", "newc"],
        input=b"n" * 200 + b"\n", cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    assert run(done.stdout).unscanned == ()


def test_what_goes_on_is_handed_out(run: Examine) -> None:
    found = run(NOTES + TRICK)
    assert [bytes(one.view) for one in found.extracted] == [TRICK]
