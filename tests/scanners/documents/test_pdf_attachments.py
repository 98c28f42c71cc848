"""Files that a PDF carries are children, however viewers come to them."""

import io
import struct
import time
import zlib

import pikepdf
import pytest

from samples import builders
from samples.pdf import attachment, carrying, document, stream
from scanners.budget import Budget
from scanners.documents.pdf import PdfScanner
from scanners.documents.pdf_objects import MAX_REVISIONS
from scanners.kit import Kit
from scanners.model import Content, DetectionLevel, Family, FileType, Reason, Report
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

PDF = FileType("pdf", "application/pdf", Family.DOCUMENT)
PROGRAM = builders.pe()


@pytest.fixture
def scanner(table: TypeTable) -> PdfScanner:
    return PdfScanner(Kit(table, TypeScanner(table).identify))


def _scan(scanner: PdfScanner, data: bytes) -> Report:
    budget = Budget(time.monotonic() + 20, 64 * 1024 * 1024, 1000, 8)
    return scanner.scan(Content(memoryview(data), file_type=PDF, path=("a.pdf",)), budget)


def _words(report: Report) -> set[str]:
    bad = (each for each in report.detections if each.level is DetectionLevel.SUSPICIOUS)
    return {each.name for each in bad}


def _gaps(report: Report) -> list[tuple[Reason, tuple[str, ...]]]:
    return [(gap.reason, gap.path) for gap in report.unscanned]


def _saved(mode: str = "disable", encryption: pikepdf.Encryption | None = None) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["a"] = pikepdf.AttachedFileSpec(
            pdf,
            PROGRAM,
            description="",
            filename="réport.exe",
            mime_type="",
            creation_date="",
            mod_date="",
        )
        out = io.BytesIO()
        pdf.save(
            out,
            object_stream_mode=getattr(pikepdf.ObjectStreamMode, mode),
            encryption=encryption or False,
        )
    return out.getvalue()


@pytest.mark.parametrize("mode", ["disable", "generate"])
def test_attachments_of_a_real_writer(scanner: PdfScanner, mode: str) -> None:
    report = _scan(scanner, _saved(mode))
    (child,) = report.children
    assert (child.name, bytes(child.view)) == ("réport.exe", PROGRAM)
    assert child.hidden_from_clamav
    assert _words(report) == {"attachment"}


def test_attachments_of_all_revisions_and_without_a_name(scanner: PdfScanner) -> None:
    data = carrying(b"a.txt", b"old")
    data += b"5 0 obj %b endobj\n" % stream(b"new", b"/Filter /FlateDecode")
    data += b"77 0 obj %b endobj\n" % stream(b"lone", b"/Type /EmbeddedFile /Filter /FlateDecode")
    names = {bytes(child.view): child.name for child in _scan(scanner, data).children}
    assert names == {b"new": "a.txt", b"old": "a.txt", b"lone": "attachment"}


def test_an_attachment_that_cannot_be_decoded_is_a_gap(scanner: PdfScanner) -> None:
    broken = carrying(b"a.txt", b"x" * 99).replace(b"\nstream\n", b"\nstream\n\xff\xff")
    report = _scan(scanner, broken)
    gaps = [(gap.reason, gap.path) for gap in report.unscanned]
    assert gaps == [(Reason.MALFORMED, ("a.pdf", "a.txt"))]


def test_names_of_one_attachment_are_kept_together(scanner: PdfScanner) -> None:
    spec = attachment(b"a.txt", 5).replace(b"/UF (a.txt)", b"/UF (a.txt\\.exe)")
    report = _scan(scanner, document(b"", [spec, stream(b"x")]))
    assert [(child.name, child.other_names) for child in report.children] == [
        ("a.txt.exe", ("a.txt",))
    ]


def _behind(junk: bytes) -> bytes:
    """Return a file specification whose /EF stands behind some junk; its stream has no type."""
    spec = attachment(b"a.dat", 5).replace(b"/EF", b"/X " + junk + b" /EF")
    return document(b"", [spec, stream(PROGRAM)])


@pytest.mark.parametrize(
    "junk",
    [b"[" * 120 + b"]" * 120, b"[" + b"0 " * 60_000 + b"]", b"]", b"1 ]", b"[>>]"],
    ids=["deep", "long", "value", "key", "mark"],
)
def test_what_stands_before_a_file_hides_nothing(scanner: PdfScanner, junk: bytes) -> None:
    assert _words(_scan(scanner, _behind(junk))) == {"attachment"}


def test_a_filter_that_names_a_key_hides_nothing(scanner: PdfScanner) -> None:
    data = carrying(b"a.dat", PROGRAM).replace(b"/Filter /F", b"/Filter [/Crypt /F", 1)
    assert _words(_scan(scanner, data.replace(b"Decode /L", b"Decode] /L", 1))) == {"attachment"}


def test_more_filters_than_we_undo_and_unknown_ones_are_gaps(scanner: PdfScanner) -> None:
    nine = b"/Filter [" + b"/FlateDecode " * 9 + b"]"
    for keys, reason in ((nine, Reason.TOO_LARGE), (b"/Filter /Unheard", Reason.MALFORMED)):
        data = document(b"", [attachment(b"a.dat", 5), stream(b"", keys, coded=b"x")])
        assert _gaps(_scan(scanner, data)) == [(reason, ("a.pdf", "a.dat"))]


def test_the_oldest_revision_is_a_child_as_well(scanner: PdfScanner) -> None:
    data = document(b"", [attachment(b"a.dat", 5), stream(PROGRAM)])
    newer = b"5 0 obj %b endobj\n" % stream(b"hello")
    assert _words(_scan(scanner, data + newer * 9)) == {"attachment"}
    gaps = _gaps(_scan(scanner, data + newer * MAX_REVISIONS))
    assert gaps == [(Reason.TOO_MANY, ("a.pdf",))]


@pytest.mark.parametrize("lost", [b"", b"<< /X endobj /Length 1 >> stream\nx\nendstream"])
def test_a_file_that_is_named_and_not_found_is_a_gap(scanner: PdfScanner, lost: bytes) -> None:
    report = _scan(scanner, document(b"", [attachment(b"a.dat", 5), lost]))
    assert set(_gaps(report)) == {(Reason.MALFORMED, ("a.pdf", "a.dat"))}


def test_a_stream_that_holds_the_mark_of_its_end_is_read_both_ways(scanner: PdfScanner) -> None:
    program = PROGRAM[:0x50] + b"endstream" + PROGRAM[0x59:]
    stored = b"\x78\x01\x00" + struct.pack("<HH", 0x60, 0x60 ^ 0xFFFF) + program[:0x60]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stored += packer.compress(program[0x60:]) + packer.flush()
    stored += zlib.adler32(program).to_bytes(4, "big")
    assert zlib.decompress(stored) == program
    embedded = stream(b"", b"/Filter /FlateDecode", coded=stored + b"\n").replace(
        b"/Length %d" % (len(stored) + 1), b"/Length %d" % len(stored)
    )
    report = _scan(scanner, document(b"", [attachment(b"a.dat", 5), embedded]))
    first, second = report.children
    assert (bytes(first.view), first.distorted) == (program, False)
    assert program.startswith(bytes(second.view))
    assert second.distorted
    assert not report.unscanned


def test_only_a_document_that_is_encrypted_excuses_what_cannot_be_read(
    scanner: PdfScanner,
) -> None:
    locked = _saved(encryption=pikepdf.Encryption(owner="a", user="b"))
    report = _scan(scanner, locked)
    assert (_words(report), report.unscanned, report.children) == (set(), (), ())
    trailer = b"trailer << /Encrypt 1 0 R /Root 1 0 R >>\n"
    broken = carrying(b"a.txt", b"x" * 99).replace(b"\nstream\n", b"\nstream\n\xff\xff")
    table = broken.index(b"xref")
    report = _scan(scanner, broken[:table] + trailer + broken[table:])
    assert _gaps(report) == [(Reason.MALFORMED, ("a.pdf", "a.txt"))]


def test_a_file_in_clear_is_a_child_whatever_the_trailer_says(scanner: PdfScanner) -> None:
    plain = stream(b"", b"/Type /EmbeddedFile", coded=PROGRAM)
    data = document(b"", [attachment(b"a.dat", 5), plain])
    report = _scan(scanner, data + b"trailer << /Encrypt 1 0 R /Root 1 0 R >>")
    assert _words(report) == {"attachment"}


def test_one_stream_of_many_names_is_one_child(scanner: PdfScanner) -> None:
    data = b"%PDF-1.7\n5 0 obj " + stream(b"x") + b" endobj\n9 0 obj << "
    data += b"".join(b"/F%d 5 0 R " % number for number in range(2000)) + b">> endobj\n"
    data += b"".join(b"%d 0 obj << /EF 9 0 R >> endobj\n" % number for number in range(10, 500))
    began = time.process_time()
    report = _scan(scanner, data)
    assert time.process_time() - began < 8
    assert len(report.children) == 1
