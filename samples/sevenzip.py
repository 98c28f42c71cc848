"""7z archives of every kind that is opened, and of those that are not."""

from samples.programs import pe
from samples.sevenzip_archives import COPY, SevenZipFile, sevenzip
from samples.specimen import Specimen

SEVENZIP = "application/x-7z-compressed"
TEXT = b"Plain text.\n" * 20
LISTED, DOUBLE = "archive.executable", "disguise.double_extension"


def sevenzip_specimens() -> tuple[Specimen, ...]:
    program = pe()
    notes = SevenZipFile("a.txt", TEXT)
    locked = SevenZipFile("photo.jpg.exe", program, "infected")
    sealed = SevenZipFile("photo.jpg.exe", program, "not to be guessed")
    return (
        Specimen(
            "texts.7z", sevenzip([notes, SevenZipFile("b/ü.txt", TEXT), SevenZipFile("c", b"")]),
            SEVENZIP, about="Texts, one of them empty.",
        ),
        Specimen(
            "photos.7z", sevenzip([SevenZipFile("photo.jpg.exe", program, method=COPY), notes]),
            SEVENZIP, expected=(LISTED, DOUBLE), about="A program, not compressed.",
        ),
        Specimen(
            "locked.7z", sevenzip([locked]), SEVENZIP,
            expected=(LISTED, DOUBLE, "archive.encrypted"),
            about="Behind a password that everybody tries.",
        ),
        Specimen(
            "locked-names.7z", sevenzip([locked], opened_by="infected"), SEVENZIP,
            expected=(LISTED, DOUBLE, "archive.encrypted_names"),
            about="Names as well behind a password that everybody tries.",
        ),
        Specimen(
            "sealed.7z", sevenzip([sealed]), SEVENZIP,
            expected=(LISTED, DOUBLE, "archive.encrypted", "unscanned.encrypted"),
            about="Behind a password that nobody tries: its name is judged.",
        ),
        Specimen(
            "sealed-names.7z", sevenzip([sealed], opened_by="not to be guessed"), SEVENZIP,
            expected=("archive.encrypted_names", "unscanned.encrypted"),
            about="Nothing can be said of what is in it.",
        ),
        Specimen(
            "self-extractor-7z.exe", program + sevenzip([notes]), "application/octet-stream",
            about="A program with an archive behind it.",
        ),
        Specimen(
            "first-part.7z.001", sevenzip([notes])[:-20], SEVENZIP,
            expected=("unscanned.malformed",), about="One of several volumes.",
        ),
    )  # fmt: skip
