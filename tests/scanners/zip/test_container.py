"""ZIP archives: members are found and judged, bombs end early, every failure is a gap."""

import hashlib
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.model import Examination, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]

PE, DLL = builders.pe(), builders.pe(dll=True)
NOISE = hashlib.shake_256(b"noise").digest(20_000)
MIB = 1024 * 1024
TOOL = builders.zip_of({"read.me": b"read", "tool.exe": PE})
TRICK = builders.zip_of({"photo.jpg.exe": PE})
EXECUTABLE, ENCRYPTED = "archive.executable?", "archive.encrypted?"
DOUBLE, MALFORMED = "disguise.double_extension", "unscanned.malformed"
AMBIGUOUS = "archive.ambiguous"
EMBEDDED, POLYGLOT = "embedded.executable", "disguise.polyglot"
"""What other scanners say of the same files."""


def _patched(data: bytes, signature: bytes, at: int, new: bytes) -> bytes:
    where = data.index(signature) + at
    return data[:where] + new + data[where + len(new) :]


def _both_methods(data: bytes, method: bytes) -> bytes:
    return _patched(_patched(data, b"PK\x03\x04", 8, method), b"PK\x01\x02", 10, method)


def _second_header_broken() -> bytes:
    data = builders.zip_of({"a.txt": b"a", "b.txt": b"b"})
    at = data.rindex(b"PK\x03\x04")
    return data[: at + 3] + b"\x05" + data[at + 4 :]


def _both_sizes(data: bytes, size: bytes) -> bytes:
    return _patched(_patched(data, b"PK\x03\x04", 22, size), b"PK\x01\x02", 24, size)


def _packed_folder(packed: bytes) -> bytes:
    """Return an archive of one folder with these two bytes, deferred as JAR writers do."""
    head = struct.pack("<5H", 20, 8, 8, 0, 0x21)
    names = struct.pack("<2H", 2, 0)
    numbers = struct.pack("<3I", 0, 2, 0)
    local = b"PK\x03\x04" + head + bytes(12) + names + b"a/" + packed + b"PK\x07\x08" + numbers
    central = b"PK\x01\x02\x14\0" + head + numbers + names + bytes(14) + b"a/"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def _padded_member() -> bytes:
    """Return an archive whose packed data goes on behind its end."""
    data = builders.zip_archive([builders.ZipMember("a.txt", b"a")], method=builders.STORED)
    packed = builders.raw_deflate(b"a") + b"more"
    at = data.index(b"a.txt") + 5
    size = struct.pack("<I", len(packed))
    data = _both_methods(data[:at] + packed + data[at + 1 :], b"\x08\0")
    data = _patched(_patched(data, b"PK\x03\x04", 18, size), b"PK\x01\x02", 20, size)
    return data[:-6] + struct.pack("<IH", at + len(packed), 0)


def _ended(data: bytes, count: int, size: int | None = None) -> bytes:
    """Return the archive with another count, and size, in its end record."""
    stated = data[-10:-6] if size is None else struct.pack("<I", size)
    return data[:-14] + struct.pack("<2H", count, count) + stated + data[-6:]


def _second_name(data: bytes, name: bytes) -> bytes:
    """Give the only entry of the directory a Unicode path."""
    extra = struct.pack("<2HBI", 0x7075, 5 + len(name), 1, 0) + name
    size = struct.unpack("<I", data[-10:-6])[0] + len(extra)
    data = _patched(data, b"PK\x01\x02", 30, struct.pack("<H", len(extra)))
    return data[:-22] + extra + data[-22:-10] + struct.pack("<I", size) + data[-6:]


NOTES = builders.zip_of({"a.txt": b"hello " * 100})
TWO_ENDS = struct.pack(
    "<4sQ2H2I4Q4sIQI",
    *(b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, 0, 0),
    *(b"PK\x06\x07", 0, len(NOTES) - 22, 1),
)
CASES = {
    "texts": (NOTES, set()),
    "empty": (builders.zip_of({}), set()),
    "folders": (builders.zip_of({"a/": b"", "a/b.txt": b"b"}), set()),
    "honest program": (TOOL, {EXECUTABLE}),
    "program under two extensions": (
        builders.zip_of({"photo.jpg.exe": PE}),
        {EXECUTABLE, DOUBLE},
    ),
    "program as picture": (
        builders.zip_of({"photo.jpg": PE}),
        {EXECUTABLE, "disguise.extension"},
    ),
    "in a ZIP in a ZIP": (
        builders.zip_of({"a.zip": builders.zip_of({"a.jpg.scr": PE})}),
        {EXECUTABLE, DOUBLE},
    ),
    "jar": (
        builders.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": builders.java_class()}),
        set(),
    ),
    "program in a document": (
        builders.zip_of({"[Content_Types].xml": b"<x/>", "word/a.bin": PE}),
        {EXECUTABLE, EMBEDDED},
    ),
    "encrypted texts": (
        builders.encrypted_zip({"a.txt": b"secret"}),
        {ENCRYPTED, "unscanned.encrypted"},
    ),
    "encrypted program": (
        builders.encrypted_zip({"a.jpg.exe": PE}),
        {ENCRYPTED, "unscanned.encrypted", EXECUTABLE, DOUBLE},
    ),
    "traversal": (builders.zip_of({"../a.txt": b"a"}), {"archive.traversal"}),
    "traversal, Windows": (builders.zip_of({"a\\..\\..\\a.txt": b"a"}), {"archive.traversal"}),
    "absolute": (builders.zip_of({"/etc/a.txt": b"a"}), {"archive.traversal"}),
    "drive": (builders.zip_of({"C:\\a.txt": b"a"}), {"archive.traversal"}),
    "dots that lead nowhere": (builders.zip_of({"a..b/...txt": b"a"}), set()),
    "no end": (NOTES[:-22], {MALFORMED}),
    "cut": (TOOL[:-30], {MALFORMED, EXECUTABLE}),
    "member cut short": (_patched(NOTES, b"a.txt", 5, b"\xff" * 4), {MALFORMED}),
    "wrong checksum": (_patched(NOTES, b"PK\x01\x02", 16, b"wrng"), {MALFORMED, AMBIGUOUS}),
    "said to be stored": (_both_methods(NOTES, b"\0\0"), {MALFORMED}),
    "unknown method": (_both_methods(NOTES, b"\x09\0"), {MALFORMED}),
    "no local header": (_second_header_broken(), {MALFORMED, AMBIGUOUS}),
    "wrong size": (_both_sizes(NOTES, b"\1\0\0\0"), {MALFORMED}),
    "folder with data": (
        _both_sizes(builders.zip_of({"a.exe/": b"MZ"}), bytes(4)),
        {MALFORMED},
    ),
    "folder, packed": (_packed_folder(b"\3\0"), set()),
    "folder that goes on where the directory ends it": (_packed_folder(b"\1\5"), {MALFORMED}),
    "bytes behind the packed ones": (_padded_member(), {MALFORMED}),
    "two names": (
        builders.zip_archive([builders.ZipMember("a.txt", b"a", central_name="a.csv")]),
        {AMBIGUOUS},
    ),
    "self-extractor": (PE + NOTES, set()),
    "self-extractor, signed": (PE + NOTES + bytes(3000), set()),
    "picture with an archive": (builders.jpeg() + TOOL, {EXECUTABLE, POLYGLOT}),
    "picture, an archive, and more": (
        builders.gif() + TRICK + b"Z",
        {AMBIGUOUS, EXECUTABLE, DOUBLE},
    ),
    "text, an archive, and more": (b"AAAA" + TRICK + b"Z", {AMBIGUOUS, EXECUTABLE, DOUBLE}),
    "almost a program, an archive, and more": (
        b"MZ" + TRICK + b"Z",
        {AMBIGUOUS, EXECUTABLE, DOUBLE},
    ),
    "an encrypted archive between bytes": (
        b"AAAA" + builders.encrypted_zip({"a.txt": b"secret"}) + b"Z",
        {AMBIGUOUS, ENCRYPTED, "unscanned.encrypted"},
    ),
    "an archive before an empty one": (
        b"AAAA" + TRICK + builders.zip_of({}),
        {AMBIGUOUS, EXECUTABLE, DOUBLE},
    ),
    "an archive in a paper": (
        b"%PDF-1.4\n" + NOTES + b"\nendstream\n%%EOF\n",
        set(),
    ),
    "an archive between bytes, far from the end": (
        b"AAAA" + TOOL + b"Z" * 0x10000,
        {EXECUTABLE},
    ),
    "program behind the count": (_ended(TOOL, 1), {EXECUTABLE, MALFORMED}),
    "picture, and an archive that counts none": (
        builders.gif() + _ended(TOOL, 0),
        {EXECUTABLE, MALFORMED, POLYGLOT},
    ),
    "picture, and an archive that counts too many": (
        builders.gif() + _ended(TOOL, 999),
        {EXECUTABLE, MALFORMED, POLYGLOT},
    ),
    "archive that says it has no directory": (_ended(TOOL, 0, 0), {EXECUTABLE, MALFORMED}),
    "two end records, one broken": (
        NOTES[:-22] + TWO_ENDS + NOTES[-22:],
        {AMBIGUOUS, MALFORMED},
    ),
    "second name": (
        _second_name(builders.zip_of({"setup.exe": PE}), b"photo.jpg.exe"),
        {AMBIGUOUS, EXECUTABLE, DOUBLE},
    ),
    "second name that leads out": (
        _second_name(builders.zip_of({"a.txt": b"a"}), b"../a.txt"),
        {AMBIGUOUS, "archive.traversal"},
    ),
    "second name of what is encrypted": (
        _second_name(builders.encrypted_zip({"a.txt": PE}), b"a.exe"),
        {AMBIGUOUS, EXECUTABLE, ENCRYPTED, "unscanned.encrypted", "disguise.extension"},
    ),
    "name in the member's own header": (
        builders.zip_archive([builders.ZipMember("a.jpg.exe", PE, central_name="a.exe")]),
        {AMBIGUOUS, EXECUTABLE, DOUBLE},
    ),
    "tar of archives": (builders.tar_of({"a.zip": NOTES, "b.zip": TOOL}), {EXECUTABLE}),
    "end record by chance": (b"\x93" + bytes(50) + b"PK\x05\x06" + bytes(18), set()),
    "high ratio, but small": (builders.zip_of({"a.txt": b"a" * 9 * MIB}), set()),
    "bomb": (builders.zip_of({"a.txt": b"a" * 13 * MIB}), {"archive.bomb", "unscanned.too_large"}),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(run(data)) == expected


@pytest.mark.parametrize(
    "method",
    [builders.STORED, builders.DEFLATED, builders.BZIP2, builders.LZMA, builders.XZ, builders.ZSTD],
)
def test_every_method(run: Examine, findings: Findings, method: int) -> None:
    data = builders.zip_of({"noise.bin": NOISE, "a.exe": PE}, method=method)
    assert findings(run(data)) == {EXECUTABLE}


def test_path_of_a_member_names_what_lies_around_it(run: Examine) -> None:
    inner = builders.zip_of({"d/a.exe": PE})
    (found,) = run(builders.zip_of({"b.zip": inner})).detections
    assert found.path == ("b.zip", "d/a.exe")


def test_type_tree(run: Examine) -> None:
    types = run(builders.zip_of({"a.txt": b"a", "b.zip": TOOL})).types
    assert types is not None
    shape = [(node.name, node.file_type.name, len(node.children)) for node in types.children]
    assert (types.file_type.name, shape) == ("zip", [("a.txt", "text", 0), ("b.zip", "zip", 2)])


def test_sealed_member_is_no_empty_file(run: Examine) -> None:
    types = run(builders.encrypted_zip({"a.exe": PE})).types
    assert types is not None
    assert types.children[0].file_type.name == "encrypted"


def test_members_are_not_hidden_from_clamav(run: Examine) -> None:
    assert run(TOOL).extracted == ()


def test_members_beyond_the_budget(run: Examine, new_budget: MakeBudget) -> None:
    """What was opened before is kept: the program is the first."""
    data = builders.zip_of({"a.exe": PE, "b.txt": b"b", "c.txt": b"c"})
    found = run(data, budget=new_budget(members=2))
    assert [gap.reason for gap in found.unscanned] == [Reason.TOO_MANY]
    assert [detection.code.value for detection in found.detections] == ["archive.executable"]


@pytest.mark.parametrize("method", [builders.STORED, builders.DEFLATED])
def test_bytes_beyond_the_budget(run: Examine, new_budget: MakeBudget, method: int) -> None:
    data = builders.zip_of({"a.bin": NOISE, "b.bin": NOISE}, method=method)
    found = run(data, budget=new_budget(size=len(NOISE) + 10))
    assert {gap.reason for gap in found.unscanned} == {Reason.TOO_LARGE}


def test_depth_beyond_the_budget(run: Examine, new_budget: MakeBudget) -> None:
    data = TOOL
    for _ in range(3):
        data = builders.zip_of({"a.zip": data})
    assert run(data, budget=new_budget(depth=4)).unscanned == ()
    (gap,) = run(data, budget=new_budget(depth=3)).unscanned
    assert (gap.reason, gap.path) == (Reason.TOO_DEEP, ("a.zip",) * 3)


def test_overlapping_members_are_a_bomb(run: Examine) -> None:
    """Many entries for the same data; more comes out than one pass could make."""
    single = builders.zip_of({"a": b"a" * 900_000})
    start = single.index(b"PK\x01\x02")
    entry = single[start:-23]
    entries = b"".join(entry + bytes([number]) for number in range(60))
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60, 60, len(entries), start, 0)
    data = single[:start] + entries + end
    codes = {detection.code.value for detection in run(data).detections}
    assert {"archive.bomb", "archive.ambiguous"} <= codes


@given(st.integers(0, len(TOOL)), st.binary(min_size=1, max_size=40))
def test_any_damage_is_survived(run: Examine, at: int, noise: bytes) -> None:
    """No exception, and never silence where nothing could be listed."""
    found = run(TOOL[:at] + noise + TOOL[at + len(noise) :])
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
    assert found.types is not None
    if found.types.file_type.name == "zip" and not found.types.children:
        assert found.unscanned
