"""Content codings: undone within the budget, never believed."""

import gzip
import hashlib
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.coding import CodingScanner
from scanners.errors import ContentTooDeep
from scanners.model import Code, Content, Examination, Family, FileType, Reason, Report

MakeBudget = Callable[..., Budget]
Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()


def _scan(data: bytes, budget: Budget, *codings: str) -> Report:
    content = Content(
        memoryview(data), "photo.jpg", "image/jpeg", (("q", "1"),), codings, ("form", "photo.jpg")
    )
    return CodingScanner().scan(content, budget)


@pytest.mark.parametrize("coding, encode", builders.CODERS.values(), ids=builders.CODERS)
def test_each_coding(new_budget: MakeBudget, coding: str, encode: Callable[[bytes], bytes]) -> None:
    (child,) = _scan(encode(PE), new_budget(), coding).children
    assert (bytes(child.view), child.name, child.declared_type) == (PE, "photo.jpg", "image/jpeg")
    assert (child.parameters, child.path) == ((("q", "1"),), ("form", "photo.jpg"))
    assert (child.codings, child.hidden_from_clamav) == ((), True)


def test_codings_are_undone_last_first(new_budget: MakeBudget) -> None:
    data = builders.gzip(builders.brotli_coded(builders.deflate(PE)))
    (child,) = _scan(data, new_budget(), "deflate", "identity", "br", "x-gzip").children
    assert child.view == PE


@pytest.mark.parametrize("coding", ["aws-chunked", "chunked"])
def test_chunks(new_budget: MakeBudget, coding: str) -> None:
    data = b"%x;chunk-signature=a\r\n%s\r\n0\r\n\r\n" % (len(PE), PE)
    (child,) = _scan(data, new_budget(), coding).children
    assert child.view == PE


def test_identity_is_no_coding(new_budget: MakeBudget) -> None:
    (child,) = _scan(PE, new_budget(), "identity").children
    assert (bytes(child.view), child.codings, child.hidden_from_clamav) == (PE, (), False)


def test_no_coding(new_budget: MakeBudget) -> None:
    assert _scan(PE, new_budget()) == Report()


BROKEN = {  # data, codings -> views of the children
    "not coded at all": (PE, ("gzip",), [PE]),
    "unknown": (PE, ("compress",), [PE]),
    "unknown under a known one": (builders.gzip(PE), ("compress", "gzip"), [builders.gzip(PE)]),
    "cut": (builders.gzip(PE)[:-9], ("gzip",), [PE, builders.gzip(PE)[:-9]]),
    "empty": (b"", ("br",), [b""]),
    "gzip, then more": (builders.gzip(PE) + b"MZ", ("gzip",), [PE, builders.gzip(PE) + b"MZ"]),
    "deflate, then more": (
        builders.deflate(PE) + b"MZ",
        ("deflate",),
        [PE, builders.deflate(PE) + b"MZ"],
    ),
    "br, then much more": (
        builders.brotli_coded(PE) + bytes(200_000) + b"MZ",
        ("br",),
        [builders.brotli_coded(PE) + bytes(200_000) + b"MZ"],
    ),
    "zstd, then more": (builders.zstd(PE) + b"MZ", ("zstd",), [PE, builders.zstd(PE) + b"MZ"]),
}


@pytest.mark.parametrize("data, codings, views", BROKEN.values(), ids=BROKEN)
def test_broken(
    new_budget: MakeBudget, data: bytes, codings: tuple[str, ...], views: list[bytes]
) -> None:
    """The raw bytes are examined, too: the server may lie, and the client may not mind."""
    report = _scan(data, new_budget(), *codings)
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]
    assert [bytes(child.view) for child in report.children] == views
    assert all(child.codings == () for child in report.children)
    assert not report.children[-1].hidden_from_clamav


@pytest.mark.parametrize("coding, encode", list(builders.CODERS.values())[:2])
def test_padding_behind_a_coding_is_nothing(
    new_budget: MakeBudget, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    report = _scan(encode(PE) + b"\r\n" + bytes(600), new_budget(), coding)
    assert ([bytes(child.view) for child in report.children], report.unscanned) == ([PE], ())


FORM = builders.multipart([builders.Part("f", PE, file_name="photo.jpg")], "b")
SKIPPED = struct.pack("<II", 0x184D2A50, len(FORM) + 2) + b"\r\n" + FORM
EXTRA = struct.pack("<10sH", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff", len(FORM) + 2) + b"\r\n" + FORM
RAW_FORMS = {  # a form that is seen only by who leaves the body coded
    "in a frame to be skipped": (builders.zstd(b"x") + SKIPPED, "zstd"),
    "in an extra field": (EXTRA + builders.gzip(b"x")[10:], "gzip"),
}


@pytest.mark.parametrize("body, coding", RAW_FORMS.values(), ids=RAW_FORMS)
def test_form_in_a_coded_body(run: Examine, findings: Findings, body: bytes, coding: str) -> None:
    found = run(
        body,
        declared_type="multipart/form-data",
        parameters=(("boundary", "b"),),
        codings=(coding,),
    )
    assert "disguise.extension" in findings(found)


BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
NOISE = hashlib.shake_256(b"noise").digest(300_000)
STORED = {
    "text and noise": {"note": b"text " * 100, "data.bin": NOISE},
    "archives": {
        "one.zip": builders.zip_of({"a.bin": NOISE}),
        "two.zip": builders.zip_of({"b.bin": NOISE[::-1]}),
    },
    "a coded file": {"noise.gz": builders.gzip(NOISE), "again.gz": builders.gzip(NOISE)},
}


@pytest.mark.parametrize("coding, encode", builders.CODERS.values(), ids=builders.CODERS)
@pytest.mark.parametrize("files", STORED.values(), ids=STORED)
def test_form_that_does_not_get_smaller_is_no_gap(
    run: Examine, files: dict[str, bytes], coding: str, encode: Callable[[bytes], bytes]
) -> None:
    """Coders store what they cannot compress, marks and all."""
    parts = [builders.Part(name, data, file_name=name) for name, data in files.items()]
    found = run(
        encode(builders.multipart(parts, BOUNDARY)),
        declared_type="multipart/form-data",
        parameters=(("boundary", BOUNDARY),),
        codings=(coding,),
    )
    assert found.unscanned == ()
    assert found.detections == ()


def test_stored_program_is_found_in_both_readings(run: Examine) -> None:
    parts = [builders.Part(name, PE, file_name=name) for name in ("one.jpg", "two.jpg")]
    found = run(
        gzip.compress(builders.multipart(parts, BOUNDARY), compresslevel=0),
        declared_type="multipart/form-data",
        parameters=(("boundary", BOUNDARY),),
        codings=("gzip",),
    )
    disguised = [one.path for one in found.detections if one.code is Code.DISGUISE_EXTENSION]
    assert disguised == [("one.jpg",), ("two.jpg",), ("two.jpg",)]
    assert found.unscanned == ()


def test_gap_in_a_hidden_form_is_not_excused(run: Examine, findings: Findings) -> None:
    part = builders.Part("f", builders.zip_of({"a.txt": b"text"})[:-30], file_name="a.zip")
    form = b"\r\n" + builders.multipart([part], BOUNDARY)
    found = run(
        builders.zstd(b"x") + struct.pack("<II", 0x184D2A50, len(form)) + form,
        declared_type="multipart/form-data",
        parameters=(("boundary", BOUNDARY),),
        codings=("zstd",),
    )
    assert "unscanned.malformed" in findings(found)


HIDDEN_ZIP = builders.zip_of({"photo.jpg.exe": PE})
IN_EXTRA = struct.pack("<10sH", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff", len(HIDDEN_ZIP)) + HIDDEN_ZIP
COMMENT = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff" + b"x" * 300 + b"\0"
FRAME = struct.pack("<II", 0x184D2A5F, len(HIDDEN_ZIP)) + HIDDEN_ZIP
SKIPPED_BYTES = {
    "extra field": (IN_EXTRA + builders.gzip(b"text")[10:], "gzip", HIDDEN_ZIP),
    "of a later member": (
        builders.gzip(b"text") + IN_EXTRA + builders.gzip(b"text")[10:],
        "gzip",
        HIDDEN_ZIP,
    ),
    "comment": (COMMENT + builders.gzip(b"text")[10:], "gzip", b"x" * 300),
    "skippable frame": (builders.zstd(b"text") + FRAME, "zstd", HIDDEN_ZIP),
}


@pytest.mark.parametrize("data, coding, hidden", SKIPPED_BYTES.values(), ids=SKIPPED_BYTES)
def test_bytes_that_decode_to_nothing_are_a_member(
    new_budget: MakeBudget, data: bytes, coding: str, hidden: bytes
) -> None:
    _, child = _scan(data, new_budget(), coding).children
    assert (bytes(child.view), child.path) == (hidden, ("form", "photo.jpg", "skipped 1"))
    assert child.hidden_from_clamav


def test_archive_in_the_head_of_a_coded_body(run: Examine, findings: Findings) -> None:
    data = IN_EXTRA + builders.gzip(b"text")[10:]
    assert "disguise.double_extension" in findings(run(data, codings=("gzip",)))


def test_short_fields_of_a_head_are_no_member(new_budget: MakeBudget) -> None:
    named = b"\x1f\x8b\x08\x0c\0\0\0\0\0\xff" + b"\x06\0BC\2\0\0\0" + b"name.txt\0"
    (child,) = _scan(named + builders.gzip(b"text")[10:], new_budget(), "gzip").children
    assert bytes(child.view) == b"text"


def test_coded_form_is_examined_once(new_budget: MakeBudget) -> None:
    content = Content(
        memoryview(builders.gzip(FORM)),
        declared_type="multipart/form-data",
        parameters=(("boundary", "boundary"),),
        codings=("gzip",),
    )
    (child,) = CodingScanner().scan(content, new_budget()).children
    assert child.view == FORM


def test_program_that_is_also_a_coding(new_budget: MakeBudget) -> None:
    """Servers often store an uploaded body as it came."""
    pe = FileType("pe", "application/x-dosexec", Family.PROGRAM)
    content = Content(memoryview(builders.gzip(b"text")), codings=("gzip",), file_type=pe)
    views = [bytes(child.view) for child in CodingScanner().scan(content, new_budget()).children]
    assert views == [b"text", builders.gzip(b"text")]


def test_too_many_codings(new_budget: MakeBudget) -> None:
    with pytest.raises(ContentTooDeep):
        _scan(PE, new_budget(), *["gzip"] * 5)


def test_beyond_the_budget(new_budget: MakeBudget) -> None:
    report = _scan(builders.gzip(bytes(1_000_000)), new_budget(size=1000), "gzip")
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_LARGE]


def test_coded_program_as_picture(run: Examine, findings: Findings) -> None:
    found = run(builders.gzip(PE), name="photo.jpg", codings=("gzip",))
    assert findings(found) == {"disguise.extension"}
    assert [bytes(extracted.view) for extracted in found.extracted] == [PE]


def test_coded_archive_is_opened(run: Examine, findings: Findings) -> None:
    data = builders.brotli_coded(builders.zip_of({"a.pdf.exe": PE}))
    found = run(data, name="a.zip", codings=("br",))
    assert findings(found) == {"archive.executable?", "disguise.double_extension"}


@given(
    st.binary(max_size=100),
    st.lists(st.sampled_from(["gzip", "br", "zstd", "deflate", "x"]), max_size=4),
)
def test_any_body(run: Examine, data: bytes, codings: list[str]) -> None:
    found = run(data, codings=tuple(codings))
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
