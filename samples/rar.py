"""RAR archives of every kind that is opened, and of those that are not."""

from samples.programs import pe
from samples.rar_archives import RarFile, rar4, rar5
from samples.specimen import Specimen

RAR = "application/vnd.rar"
TEXT = b"Plain text.\n" * 20
LISTED, DOUBLE = "archive.executable", "disguise.double_extension"


def rar_specimens() -> tuple[Specimen, ...]:
    program = pe()
    trick = RarFile("photo.jpg.exe", program)
    locked = RarFile("photo.jpg.exe", program, "infected")
    sealed = RarFile("photo.jpg.exe", program, "not to be guessed")
    return (
        Specimen(
            "texts.rar", rar5([RarFile("a.txt", TEXT), RarFile("b/ü.txt", TEXT)]), RAR,
            about="RAR 5, stored.",
        ),
        Specimen(
            "texts-old.rar", rar4([RarFile("a.txt", TEXT), RarFile("b\\ü.txt", TEXT)]), RAR,
            about="RAR 4, stored.",
        ),
        Specimen(
            "code-page.rar", rar4([RarFile("", TEXT, raw_name=b"\x81.txt\0\4\x14\x34.txt")]), RAR,
            about="A name in an old code page, and in Unicode.",
        ),
        Specimen("photos.rar", rar5([trick]), RAR, expected=(LISTED, DOUBLE), about="A program."),
        Specimen(
            "photos-old.rar", rar4([trick]), RAR, expected=(LISTED, DOUBLE),
            about="The same in RAR 4.",
        ),
        Specimen(
            "locked.rar", rar5([locked]), RAR, expected=(LISTED, DOUBLE, "archive.encrypted"),
            about="Behind a password that everybody tries.",
        ),
        Specimen(
            "locked-names.rar", rar5([locked], opened_by="infected"), RAR,
            expected=(LISTED, DOUBLE, "archive.encrypted_names"),
            about="Names as well behind a password that everybody tries.",
        ),
        Specimen(
            "sealed.rar", rar5([sealed]), RAR,
            expected=(LISTED, DOUBLE, "archive.encrypted", "unscanned.encrypted"),
            about="Behind a password that nobody tries: its name is judged.",
        ),
        Specimen(
            "sealed-names.rar", rar5([sealed], opened_by="not to be guessed"), RAR,
            expected=("archive.encrypted_names", "unscanned.encrypted"),
            about="Nothing can be said of what is in it.",
        ),
        Specimen(
            "self-extractor-rar.exe", program + rar5([RarFile("a.txt", TEXT)]),
            "application/octet-stream", about="A program with an archive behind it.",
        ),
        Specimen(
            "stream.rar", rar5([RarFile("a.txt", TEXT), _stream("..\\..\\evil.exe")]), RAR,
            expected=(LISTED, "archive.traversal", "disguise.extension"),
            about="An alternate stream whose name leads out: only WinRAR writes it.",
        ),
        Specimen(
            "link.rar", rar5([RarFile("a.txt", b"", link=(1, "../../etc/passwd"))]), RAR,
            expected=("archive.traversal",), about="A symbolic link that leads out.",
        ),
        Specimen(
            "part.rar", rar5([RarFile("film.avi", TEXT, volume_flags=2)], volume=True), RAR,
            expected=("unscanned.malformed",), about="One of several volumes.",
        ),
    )  # fmt: skip


def _stream(name: str) -> RarFile:
    return RarFile("a.txt", pe(), stream=f":{name}")
