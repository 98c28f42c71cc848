"""winmail.dat: attachments under all their names, texts, and damage."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.office_parts import tnef
from scanners.budget import Budget
from scanners.documents.tnef import MESSAGE_GUID, TnefContainer
from scanners.kit import Kit
from scanners.model import UNKNOWN_TYPE, Content, Examination
from scanners.types.table import TypeTable

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
RENDERED = 0x00069002, bytes(14)


def attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("<BII", 2, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def wrapped(*attributes: tuple[int, bytes]) -> bytes:
    return tnef([]) + b"".join(attribute(kind, data) for kind, data in attributes)


def variable(form: int, tag: int, value: bytes) -> bytes:
    """One property of variable size."""
    padding = bytes(-len(value) % 4)
    return struct.pack("<2H2I", form, tag, 1, len(value)) + value + padding


def properties(*rows: bytes) -> bytes:
    return struct.pack("<I", len(rows)) + b"".join(rows)


def test_attachments_are_members(run: Examine, findings: Findings) -> None:
    data = tnef([("notes.txt", b"plain text"), ("photo.jpg.exe", builders.pe())])
    found = run(data, name="winmail.dat")
    assert findings(found) == {"archive.executable?", "disguise.double_extension"}
    assert found.types is not None
    assert [node.name for node in found.types.children] == ["notes.txt", "photo.jpg.exe"]


def test_under_any_name(run: Examine, findings: Findings) -> None:
    found = run(tnef([("photo.jpg.exe", builders.pe())]), name="holiday.dat")
    assert "disguise.double_extension" in findings(found)


def test_long_names_come_first(run: Examine) -> None:
    rows = properties(
        struct.pack("<2HI", 3, 0x3705, 1),  # of fixed size
        struct.pack("<2H", 0x1F, 0x8001) + bytes(16) + struct.pack("<2I", 0, 0x8554)
        + struct.pack("<2I", 1, 4) + b"a\0b\0",  # named by a number
        variable(0x1F, 0x3707, "invoice.pdf.exe".encode("utf-16-le")),
    )  # fmt: skip
    data = wrapped(
        RENDERED, (0x00018010, b"INVOIC~1.EXE\0"), (0x0006800F, builders.pe()), (0x00069005, rows)
    )
    found = run(data)
    assert {d.path for d in found.detections} == {("invoice.pdf.exe",)}


def test_the_text_of_the_message(run: Examine) -> None:
    rtf = struct.pack("<4I", 12 + 11, 11, 0x414C454D, 0) + b"{\\rtf1 abc}"
    data = wrapped(
        (0x0002800C, b"The password is swordfish.\0"),
        (0x00069003, properties(variable(0x102, 0x1009, rtf))),
    )
    found = run(data)
    assert found.types is not None
    assert [node.name for node in found.types.children] == ["body.txt", "body.rtf"]
    assert [bytes(part.view) for part in found.extracted] == [b"{\\rtf1 abc}"]


def test_a_message_within(run: Examine, findings: Findings) -> None:
    inner = tnef([("photo.jpg.exe", builders.pe())])
    rows = properties(variable(0x0D, 0x3701, MESSAGE_GUID + inner))
    found = run(wrapped(RENDERED, (0x00018010, b"Fwd\0"), (0x00069005, rows)))
    assert "disguise.double_extension" in findings(found)
    assert found.detections[-1].path == ("Fwd", "photo.jpg.exe")


def test_paths_in_names_are_no_paths(run: Examine, findings: Findings) -> None:
    assert findings(run(tnef([("C:\\a\\..\\b.txt", b"plain text")]))) == set()


PE = builders.pe()
TITLE, DATA = (0x00018010, b"a.exe\0"), (0x0006800F, PE)
OBJECT = variable(0x102, 0x3701, PE)
HIDING = {
    "begins with its bytes": ((DATA,), [PE]),
    "begins with its name": ((TITLE, DATA), [PE]),
    "begins with properties": (((0x00069005, properties(OBJECT)),), [PE]),
    "two in one": ((RENDERED, DATA, (0x0006800F, b"text")), [PE, b"text"]),
    "and as a property": (
        (RENDERED, DATA, (0x00069005, properties(variable(0x102, 0x3701, b"text")))),
        [PE, b"text"],
    ),
    "two properties": (
        (RENDERED, (0x00069005, properties(OBJECT, variable(0x102, 0x3701, b"text")))),
        [PE, b"text"],
    ),
    "behind one of no value": (
        (RENDERED, (0x00069005, properties(struct.pack("<2H", 1, 0x3702), OBJECT))),
        [PE],
    ),
}


@pytest.mark.parametrize("attributes, expected", HIDING.values(), ids=HIDING)
def test_every_content_is_a_member(
    run: Examine, attributes: tuple[tuple[int, bytes], ...], expected: list[bytes]
) -> None:
    found = run(wrapped(*attributes))
    assert found.types is not None
    assert [node.file_type.name for node in found.types.children] == [
        {PE: "pe"}.get(data, "text") for data in expected
    ]
    assert found.unscanned == ()


BROKEN = {
    "cut": (OBJECT[:-8], ["pe"]),
    "of no form": (struct.pack("<2HI", 0x99, 0x3702, 1) + OBJECT, []),
    "many of nothing": (struct.pack("<2HI", 0x1001, 0x3702, 2**32 - 1) + OBJECT, []),
    "a name without an end": (
        struct.pack("<2H", 3, 0x8001) + bytes(16) + struct.pack("<2I", 1, 2**31) + OBJECT,
        [],
    ),
    "more values than there are": (struct.pack("<2HI", 0x1003, 1, 2**32 - 1) + OBJECT, []),
    "names over names": (variable(0x1E, 0x3707, b"a\0") * 65 + OBJECT, []),
}


@pytest.mark.parametrize("rows, types", BROKEN.values(), ids=BROKEN)
def test_properties_that_break_off_are_malformed(
    run: Examine, findings: Findings, rows: bytes, types: list[str]
) -> None:
    """What came before is kept, and what stands behind the attribute is read."""
    broken = (0x00069005, properties(rows))
    found = run(wrapped(RENDERED, broken, RENDERED, (0x0006800F, b"text")))
    assert "unscanned.malformed" in findings(found)
    assert found.types is not None
    assert [node.file_type.name for node in found.types.children] == [*types, "text"]


@pytest.mark.parametrize("cut", [3, 30])
def test_a_cut_file_is_malformed(cut: int, run: Examine, findings: Findings) -> None:
    data = tnef([("photo.jpg.exe", builders.pe())])[:-cut]
    assert "unscanned.malformed" in findings(run(data))


@pytest.mark.parametrize("padding", [b"\n", b"\r\n", bytes(8), b"\x1a"])
def test_a_few_blanks_at_the_end_are_no_cut(
    padding: bytes, run: Examine, findings: Findings
) -> None:
    assert findings(run(tnef([("a.txt", b"plain text")]) + padding)) == set()


def test_bytes_are_counted(run: Examine, findings: Findings, new_budget: MakeBudget) -> None:
    data = tnef([("a.bin", bytes(4000))])
    assert findings(run(data, new_budget(size=100))) == {"unscanned.too_large"}
    assert findings(run(data, new_budget(members=0))) == {"unscanned.too_many"}


@given(st.integers(0, 400), st.binary(max_size=12))
def test_damage_is_survived(table: TypeTable, at: int, noise: bytes) -> None:
    rows = properties(variable(0x1F, 0x3707, b"a\0"), variable(0x101E, 0x1009, b"abc"))
    data = wrapped(RENDERED, (0x00018010, b"a.txt\0"), (0x0006800F, b"text"), (0x00069005, rows))
    damaged = data[:at] + noise + data[at + len(noise) :]
    kit = Kit(table, lambda view: UNKNOWN_TYPE)
    report = TnefContainer(kit).scan(Content(memoryview(damaged)), Budget(1e12, 10_000, 50, 4))
    assert sum(len(child.view) for child in report.children) <= 2 * len(damaged)
