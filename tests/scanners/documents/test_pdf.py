"""PDF: what runs, starts, fetches and is carried is told; ordinary documents stay unremarked."""

import io
import time

import fpdf
import pikepdf
import pytest

from samples import builders
from samples.pdf import attachment, carrying, document, opening, pdf_specimens, stream
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.documents.pdf import PdfScanner
from scanners.kit import Kit
from scanners.model import Content, DetectionLevel, Family, FileType, Reason, Report
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

PDF = FileType("pdf", "application/pdf", Family.DOCUMENT)
LAUNCH = b"<< /S /Launch /F (cmd.exe) >>"


@pytest.fixture
def scanner(table: TypeTable) -> PdfScanner:
    return PdfScanner(Kit(table, TypeScanner(table).identify))


def _scan(scanner: PdfScanner, data: bytes, size: int = 64 * 1024 * 1024) -> Report:
    budget = Budget(time.monotonic() + 20, size, 100, 8)
    return scanner.scan(Content(memoryview(data), file_type=PDF, path=("a.pdf",)), budget)


def _words(report: Report) -> set[str]:
    bad = (each for each in report.detections if each.level is DetectionLevel.SUSPICIOUS)
    return {each.name for each in bad}


@pytest.mark.parametrize("specimen", pdf_specimens(), ids=lambda each: each.name)
def test_specimens(scanner: PdfScanner, specimen: Specimen) -> None:
    report = _scan(scanner, specimen.data)
    bad = {each.code for each in report.detections if each.level is DetectionLevel.SUSPICIOUS}
    assert (bad, report.unscanned) == (set(specimen.expected), ())


BAD = [
    (document(b"/OpenAction 4 0 R", [LAUNCH]), {"launch"}),
    (document(b"/#4fpen#41ction 4 0 R", [LAUNCH.replace(b"/Launch", b"/L#61unch")]), {"launch"}),
    (document(b"/AA << /WC 4 0 R >>", [LAUNCH]), {"launch"}),
    (document(b"", [b"<< /A << /S /Launch /Win << /F <636d64> >> >> >>"]), {"launch"}),
    (document(b"", [LAUNCH.replace(b"(cmd.exe)", b"<< /F (a.pdf) /UF 5 0 R >>"), b"(a.js)"]),
     {"launch"}),
    (document(b"", packed={9: b"<< /S /Launch /F (a.exe) >>"}), {"launch"}),
    (opening(b"/S /JavaScript /JS 4 0 R", [stream(b"this.submitForm('x')")]), {"auto_run"}),
    (document(b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (app.launchURL\\(x\\))"
              b">>] >> >>"), {"auto_run"}),
    (document(b"", [b"<< /S /JavaScript /JS (exportDataObject\\({nLaunch:2}\\)) >>"]), {"exploit"}),
    (opening(b"/S /GoToR /F << /F (\\\\\\\\192.0.2.1\\\\a) >>"), {"share"}),
    (opening(b"/S /SubmitForm /F << /FS /URL /F (file://192.0.2.1/a) >>"), {"share"}),
    (document(b"", [b"<< /A << /S /URI /URI (\\\\\\\\192.0.2.1\\\\a) >> >>"]), {"share"}),
    (document(b"", [b"<< /A << /S /URI /URI (search-ms:query=x) >> >>"]), {"scheme"}),
    (document(b"/AcroForm << /XFA [(a) 4 0 R] >>", [
        stream(b"<x:script contentType='a'>eval(unescape(b))</x:script>")]), {"exploit"}),
    (builders.pdf() + b"%PDF\n<< /S /Launch /F (a.exe) >>", {"launch"}),
    (builders.pdf() + b"\n9 0 obj " + LAUNCH + b" endobj", {"launch"}),
]  # fmt: skip


@pytest.mark.parametrize("data, expected", BAD)
def test_tricks(scanner: PdfScanner, data: bytes, expected: set[str]) -> None:
    assert _words(_scan(scanner, data)) == expected


GOOD = [
    builders.pdf(),
    document(b"/OpenAction [3 0 R /Fit] /AcroForm << /Fields [] >>"),
    document(b"", [b"<< /A << /S /URI /URI (https://www.example/a.exe) >> >>"]),
    document(b"", [b"<< /A << /S /URI /URI <68747470733a2f2f61> >> >>"]),
    document(b"", [b"<< /A << /S /GoToR /F (chapter2.pdf) /D [0 /Fit] >> >>"]),
    document(b"", [b"<< /A << /S /Launch /F (film.mp4) >> >>"]),
    document(b"", [b"<< /A << /S /SubmitForm /F (https://forms.example/) >> >>"]),
    document(b"", [b"<< /A << /S /JavaScript /JS (this.submitForm\\('x'\\)) >> >>"]),
    document(b"/AcroForm << /XFA 4 0 R >>", [stream(b"<xdp><template/></xdp>")]),
    document(b"/AA << /WP << /S /JavaScript /JS (this.calculateNow\\(\\)) >> >>"),
    carrying(b"notes.txt", b"exe is a word"),
    carrying(b"C:\\\\Users\\\\ada\\\\photo.jpg", builders.jpeg()),
]


@pytest.mark.parametrize("data", GOOD)
def test_near_misses(scanner: PdfScanner, data: bytes) -> None:
    report = _scan(scanner, data)
    assert (_words(report), report.unscanned) == (set(), ())


def test_documents_of_real_writers(scanner: PdfScanner) -> None:
    page = fpdf.FPDF()
    page.add_page()
    page.set_font("helvetica")
    page.cell(text="a link", link="https://www.example/")
    page.embed_file(basename="data.csv", bytes=b"a,b\n", desc="the figures")
    report = _scan(scanner, bytes(page.output()))
    assert (_words(report), report.unscanned) == (set(), ())
    assert [(child.name, bytes(child.view)) for child in report.children] == [
        ("data.csv", b"a,b\n")
    ]


def _attached(pdf: pikepdf.Pdf, name: str) -> pikepdf.AttachedFileSpec:
    return pikepdf.AttachedFileSpec(
        pdf,
        builders.pe(),
        description="",
        filename=name,
        mime_type="",
        creation_date="",
        mod_date="",
    )


@pytest.mark.parametrize("mode", ["disable", "generate"])
def test_attachments_of_a_real_writer(scanner: PdfScanner, mode: str) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    spec = _attached(pdf, "réport.exe")
    pdf.attachments["a"] = spec
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=getattr(pikepdf.ObjectStreamMode, mode))
    report = _scan(scanner, out.getvalue())
    (child,) = report.children
    assert (child.name, bytes(child.view)) == ("réport.exe", builders.pe())
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


def test_a_document_larger_than_the_budget_is_a_gap(scanner: PdfScanner) -> None:
    report = _scan(scanner, carrying(b"a.txt", b"x" * 9999), size=100)
    assert {gap.reason for gap in report.unscanned} == {Reason.TOO_LARGE}


def test_ciphertext_is_left_to_others_but_a_false_trailer_hides_nothing(
    scanner: PdfScanner,
) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments["a"] = _attached(pdf, "a.exe")
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    out = io.BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    report = _scan(scanner, out.getvalue())
    assert (_words(report), report.unscanned, report.children) == (set(), (), ())
    liar = carrying(b"a.exe", builders.pe()) + b"trailer << /Encrypt 1 0 R /Root 1 0 R >>"
    assert _words(_scan(scanner, liar)) == {"attachment"}


def test_other_types_and_coded_bytes_are_left_alone(scanner: PdfScanner) -> None:
    budget = Budget(time.monotonic() + 20, 1 << 20, 100, 8)
    data = memoryview(opening(LAUNCH))
    assert scanner.scan(Content(data), budget) == Report()
    assert scanner.scan(Content(data, file_type=PDF, codings=("gzip",)), budget) == Report()


@pytest.mark.parametrize("piece", [b"1 0 obj", b"/JS ", b"<< /AA ", b"/URI(", b"obj << /EF 1 0 R "])
def test_hostile_repetition_costs_little(scanner: PdfScanner, piece: bytes) -> None:
    began = time.process_time()
    _scan(scanner, b"%PDF-1.7\n" + piece * (200_000 // len(piece)))
    assert time.process_time() - began < 10


def test_names_of_one_attachment_are_kept_together(scanner: PdfScanner) -> None:
    spec = attachment(b"a.txt", 5).replace(b"/UF (a.txt)", b"/UF (a.txt\\.exe)")
    report = _scan(scanner, document(b"", [spec, stream(b"x")]))
    assert [(child.name, child.other_names) for child in report.children] == [
        ("a.txt.exe", ("a.txt",))
    ]
