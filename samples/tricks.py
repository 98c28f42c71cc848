"""Dishonest files: programs under false names and types, and contents behind wrappings."""

import struct
from base64 import b64encode

from samples import builders as b
from samples.specimen import Specimen

OCTETS = "application/octet-stream"
BOUNDARY = "----douane"
FORM = "multipart/form-data"
FORM_PARAMETERS = (("boundary", BOUNDARY),)


def disguises() -> tuple[Specimen, ...]:
    program, disguised = b.pe(), ("disguise.extension",)
    return (
        Specimen(
            "holiday.jpg", program, "image/jpeg", expected=("disguise.extension", "disguise.mime"),
            about="A Windows program named and declared as a picture.",
        ),
        Specimen("invoice.pdf", b.elf(), expected=disguised, about="An ELF program as a document."),
        Specimen("song2.mp3", b.macho(), expected=disguised, about="A Mach-O program as sound."),
        Specimen("clip2.mp4", b.java_class(), expected=disguised, about="A Java class as film."),
        Specimen("album2.zip", b.msi(), expected=disguised, about="An installer as an archive."),
        Specimen("letter2.docx", b.lnk(), expected=disguised, about="A shortcut as a document."),
        Specimen("readme2.png", b.script(), expected=disguised, about="A script as a picture."),
        Specimen(
            "update.exe", program, "image/png", expected=("disguise.mime",),
            about="An honest name, but the sender declares a picture.",
        ),
        Specimen(
            "photo.jpg.exe", program, OCTETS, expected=("disguise.double_extension",),
            about="Explorer hides the last extension and shows photo.jpg.",
        ),
        Specimen(
            "DSC00432.JPG.scr", program, OCTETS, expected=("disguise.double_extension",),
            about="The same in capitals, as a screen saver.",
        ),
        Specimen(
            "holiday\u202egpj.exe", program, OCTETS, expected=("disguise.bidi",),
            about="A right-to-left override: it reads as holidayexe.jpg.",
        ),
        Specimen(
            f"invoice.pdf{' ' * 40}.exe", program, OCTETS,
            expected=("disguise.padding", "disguise.double_extension"),
            about="Blanks push the real extension out of sight.",
        ),
        Specimen(
            "album.jpg.exe.scr", program, OCTETS, expected=("disguise.double_extension",),
            about="Three extensions: whoever cuts off one still sees no picture's name.",
        ),
        Specimen(
            "party.\u0435\u0445\u0435", program, OCTETS, expected=("disguise.extension",),
            about="Cyrillic letters that look like exe: filters of extensions see none they know.",
        ),
        Specimen(
            "party.s\u200bcr", program, OCTETS, expected=("disguise.bidi",),
            about="A letter without width inside the extension.",
        ),
        Specimen(
            "party.exe. .", program, OCTETS, expected=("disguise.padding",),
            about="A dot and a blank behind the extension, which Windows drops.",
        ),
        Specimen(
            "Picture18.JPG_www.example.com", program, OCTETS, expected=("disguise.host_name",),
            about="A picture of a host, to the eye; a .com program to Windows.",
        ),
        Specimen(
            "www.pictures.example.com", program, OCTETS, expected=("disguise.host_name",),
            about="A program named like a host, as Aplore's was.",
        ),
    )  # fmt: skip


def near_disguises() -> tuple[Specimen, ...]:
    """Names and types that are odd but honest enough: none may be taken for a disguise."""
    return (
        Specimen("picture.png", b.jpeg(), "image/png", about="A JPEG called .png: info at most."),
        Specimen(
            "backup.tar.gz", b.gzip(b.tar_of({"a.txt": b"a"})), about="Two honest extensions."
        ),
        Specimen("v1.2.exe", b.pe(), OCTETS, about="A version number is no extension."),
        Specimen("report.2024.pdf", b.pdf(), "application/pdf", about="A year is no extension."),
        Specimen("about-mz.txt", b"MZ is how programs begin.\n", "text/plain", about="MZ alone."),
        Specimen("photo", b.jpeg(), "image/jpeg", about="No extension at all."),
        Specimen(
            "PortableGit-64-bit.7z.exe", b.pe(), OCTETS, about="As self-extractors are called."
        ),
        Specimen("нрк\u200cотчёт.exe", b.pe(), OCTETS, about="A joiner between foreign letters."),
        Specimen("صورة.jpg", b.jpeg(), "image/jpeg", about="An Arabic name."),
    )


def wrapped() -> tuple[Specimen, ...]:
    """Files in the wrappings that the bench opens, bad and good."""
    program, hidden = b.pe(), ("disguise.double_extension",)
    form = b.multipart(
        [
            b.Part("comment", b"see the picture"),
            b.Part("file", program, "holiday.jpg", "image/jpeg"),
        ],
        BOUNDARY,
    )
    base64_form = b.multipart(
        [
            b.Part("file", b64encode(b"Plain text."), "tiny.txt", "text/plain", "base64"),
            b.Part("note", b"caf=C3=A9", "note.txt", "text/plain", "quoted-printable"),
        ],
        BOUNDARY,
    )
    zipped = b.zip_of({"photo.jpg.exe": program, "readme.txt": b"Look at this."})
    return (
        Specimen("photos.zip", zipped, "application/zip", expected=hidden, about="In a ZIP."),
        Specimen(
            "locked.zip", b.encrypted_zip({"letter.txt": b"secret\n" * 9}), "application/zip",
            expected=("archive.encrypted", "unscanned.encrypted"), about="Password-protected.",
        ),
        Specimen(
            "locked-program.zip", b.encrypted_zip({"photo.jpg.exe": program}), "application/zip",
            expected=("archive.encrypted", "unscanned.encrypted", *hidden),
            about="Password-protected, but the names are readable.",
        ),
        Specimen(
            "form", form, FORM, FORM_PARAMETERS,
            expected=("disguise.extension", "disguise.mime"),
            about="An upload by a web form: a program as a picture beside a text field.",
        ),
        Specimen(
            "form-base64", base64_form, FORM, FORM_PARAMETERS,
            about="Fields in base64 and quoted-printable.",
        ),
        Specimen(
            "picture-and-zip.jpg", b.jpeg() + zipped, "image/jpeg",
            expected=("disguise.polyglot", *hidden),
            about="A picture with a ZIP behind it: viewers see one, unpackers the other.",
        ),
        Specimen(
            "self-extractor.exe", program + b.zip_of({"notes.txt": b"text"}), OCTETS,
            about="A program with a ZIP behind it, as self-extractors are.",
        ),
        Specimen(
            "photo-coded.jpg", b.gzip(program), "image/jpeg", codings=("gzip",),
            expected=("disguise.extension", "disguise.mime"),
            about="A program as a picture, coded with gzip.",
        ),
    )  # fmt: skip


def _listed_as_empty(archive: bytes) -> bytes:
    """Have the directory say that the first member is empty; the member's own header does not."""
    at = archive.index(b"PK\1\2") + 16
    return archive[:at] + bytes(12) + archive[at + 12 :]


def _before_the_directory(archive: bytes, smuggled: bytes) -> bytes:
    """Put bytes between the last member and the directory, which moves."""
    start = archive.index(b"PK\1\2")
    end = struct.pack("<IH", start + len(smuggled), 0)
    return archive[:start] + smuggled + archive[start:-6] + end


def crafted_archives() -> tuple[Specimen, ...]:
    """ZIP archives that readers see differently, or that write where they should not."""
    zipped, ambiguous = "application/zip", ("archive.ambiguous",)
    return (
        Specimen(
            "listed-as-empty.zip", _listed_as_empty(b.zip_of({"photo.jpg.exe": b.pe()})),
            zipped, expected=(*ambiguous, "disguise.double_extension", "unscanned.malformed"),
            about="A program that the directory calls empty: only streaming readers unpack it.",
        ),
        Specimen(
            "listed-as-folder.zip", _listed_as_empty(b.zip_of({"photos/": b.pe()})),
            zipped, expected=ambiguous, about="The same, and the directory calls it a folder.",
        ),
        Specimen(
            "before-the-directory.zip",
            _before_the_directory(b.zip_of({"notes.txt": b"text"}), b.raw_deflate(b.pe())),
            zipped, expected=ambiguous, about="A packed program that belongs to no member.",
        ),
        Specimen(
            "archive-inside.gif", b.gif() + b.zip_of({"photo.jpg.exe": b.pe()}) + b"\0",
            "image/gif", expected=(*ambiguous, "disguise.double_extension"),
            about="A picture, an archive, and one byte more: unpackers find the archive.",
        ),
        Specimen(
            "two-names.zip",
            b.zip_archive([b.ZipMember("notes.txt", b"text", central_name="notes.exe")]),
            zipped, expected=(*ambiguous, "disguise.extension"), about="A member with two names.",
        ),
        Specimen(
            "joined.zip", b.zip_of({"a.txt": b"a"}) + b.zip_of({"b.txt": b"b"}),
            zipped, expected=ambiguous, about="Two archives in one file.",
        ),
        Specimen(
            "climbing.zip", b.zip_of({"../../notes.txt": b"text"}),
            zipped, expected=("archive.traversal",), about="A member that leaves its folder.",
        ),
        Specimen(
            "cut.zip", b.zip_of({"notes.txt": b"text"})[:-30],
            zipped, expected=("unscanned.malformed",), about="An archive without its end.",
        ),
    )  # fmt: skip


def coded() -> tuple[Specimen, ...]:
    """A text under every content coding."""
    return tuple(
        Specimen(
            f"text-{name}.txt",
            coder(b"Plain text. " * 50),
            "text/plain",
            codings=(coding,),
            about=f"A text under the content coding {name}.",
        )
        for name, (coding, coder) in b.CODERS.items()
    )


def trick_specimens() -> tuple[Specimen, ...]:
    return disguises() + near_disguises() + wrapped() + crafted_archives() + coded()
