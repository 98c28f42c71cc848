"""Second types: told by more than a mark, and not in texts that only speak of it."""

import pytest

from samples import builders as b
from samples.smuggling import disc
from scanners.smuggling.second_types import SecondType, begins_as_script, second_types

TAR = b.tar_of({"a.txt": b"a"})
PARTITION = b"\x80\0\0\0\x07\0\0\0" + (1).to_bytes(4, "little") + (9).to_bytes(4, "little")
DRIVE = b.gif().ljust(446, b"\0") + PARTITION + bytes(48) + b"\x55\xaa" + bytes(5000)
CASES = [  # bytes, true type, others
    (b"GIF89a" + b"x" * 9 + b.pdf(), "gif", [SecondType("pdf", 15)]),
    (b"x" * 1023 + b.pdf(), "text", [SecondType("pdf", 1023)]),
    (b"x" * 1024 + b.pdf(), "text", []),
    (b.pdf(), "pdf", []),
    (b"\n" + b.pdf(), "pdf", []),
    (b"A text about %PDF-1.4.\n" * 9, "text", []),
    (b"# a writer\nMARK = '%PDF-1.4'\nwrite('%d 0 obj')\nwrite('startxref\\n%%EOF')\n", "text", []),
    (TAR, "gif", [SecondType("tar")]),
    (TAR, "tar", []),
    (b"x" + TAR[1:], "text", []),
    (disc(b.pe()), "pe", [SecondType("iso")]),
    (disc(), "iso", []),
    (disc(), "udf", []),
    (DRIVE, "gif", [SecondType("img")]),
    (DRIVE, "pe", []),
    (DRIVE[:446] + b"\x11" + DRIVE[447:], "gif", []),
    (b.jpeg(), "jpeg", []),
    (b"", "empty", []),
]
SCRIPTS = [
    b"GIF89a=1;alert(1)",
    b"GIF89a/*" + bytes(9) + b"*/=1;alert(1)",
    b"BM/*" + bytes(99) + b"*/ = 'x'",
    b"\xff\xd8\xff\xe0/*JFIF" + bytes(99) + b"*/=alert(1)",
    b"RIFF=eval(1);/*aaaaaaa",
]


@pytest.mark.parametrize("data, true_type, others", CASES, ids=lambda value: str(value)[:25])
def test_second_types(data: bytes, true_type: str, others: list[SecondType]) -> None:
    assert list(second_types(memoryview(data), true_type)) == others


@pytest.mark.parametrize("data", SCRIPTS, ids=lambda data: str(data[:9]))
def test_a_magic_that_is_a_name(data: bytes) -> None:
    assert begins_as_script(memoryview(data))
    assert not begins_as_script(memoryview(data[:7]))


@pytest.mark.parametrize(
    "data", [b.gif(), b.jpeg(), b.bmp(), b.wav(), b"GIF89a=\0\1\0\x80\0\0" * 9]
)
def test_pictures_are_no_scripts(data: bytes) -> None:
    assert not begins_as_script(memoryview(data))
