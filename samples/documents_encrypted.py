"""Encrypted documents: some open with a password that everybody tries, one does not."""

from samples.builders import pe, zip_of
from samples.office_locks import agile, letter, standard, workbook
from samples.pdf_locks import locked_pdf, locked_pdf_aes
from samples.specimen import Specimen

OCTETS = "application/octet-stream"
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/\
content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
OPENED = ("document.encrypted",)


def package() -> bytes:
    """Return the least that is an OOXML file."""
    return zip_of({"[Content_Types].xml": TYPES, "word/document.xml": b"<document/>"})


def encrypted_documents() -> tuple[Specimen, ...]:
    return (
        Specimen(
            "agile.docx", agile(package(), "agile"), OCTETS, expected=OPENED,
            about="Encrypted as Office does today; the name is the password.",
        ),
        Specimen(
            "standard.docx", standard(package(), "standard"), OCTETS, expected=OPENED,
            about="Encrypted as Office 2007 did; the name is the password.",
        ),
        Specimen(
            "budget.xls", workbook("VelvetSweatshop"), OCTETS, expected=OPENED,
            about="An old workbook under the password that Excel itself tries.",
        ),
        Specimen(
            "letter-97.doc", letter("infected"), OCTETS, expected=OPENED,
            about="An old letter; the password is one that everybody tries.",
        ),
        Specimen(
            "no-printing.pdf", locked_pdf(b""), "application/pdf", expected=OPENED,
            about="Encrypted, but it opens for everybody: it may only not be printed.",
        ),
        Specimen(
            "infected.pdf", locked_pdf(b"infected"), "application/pdf", expected=OPENED,
            about="Encrypted; the password is one that everybody tries.",
        ),
        Specimen(
            "infected-aes.pdf", locked_pdf_aes(b"infected"), "application/pdf", expected=OPENED,
            about="The same, encrypted as it is done today.",
        ),
        Specimen(
            "locked.pdf", locked_pdf(b"nobody tries this"), "application/pdf",
            expected=(*OPENED, "unscanned.encrypted"), about="Encrypted; nobody has the password.",
        ),
        Specimen(
            "agile-program.docx", agile(pe(), "agile"), OCTETS,
            expected=(*OPENED, "unscanned.encrypted"),
            about="What decrypts to no document is not opened.",
        ),
    )  # fmt: skip
