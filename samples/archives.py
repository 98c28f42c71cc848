"""Archives and compressed files of every format that the bench opens, and of some that it cannot.

The zygote warms the readers with them: what a format loads at its first use is then there.
"""

import io
import lzma
import tarfile

from samples import builders as b
from samples import packing as p
from samples.specimen import Specimen

NOTES = {"notes.txt": b"A few notes.\n", "data.csv": b"a,b\n1,2\n"}
SHORT = b"A few notes.\n"


def archive_specimens() -> tuple[Specimen, ...]:
    return (*_streams(), *_archives(), *_tricks())


def _streams() -> tuple[Specimen, ...]:
    hidden = ("disguise.extension",)
    return (
        Specimen("notes.txt.lz4", p.lz4_frame(SHORT), about="A text packed by lz4."),
        Specimen("notes.txt.lz", p.lzip(SHORT), about="The same by lzip."),
        Specimen("notes.txt.Z", p.compress(SHORT), about="The same by compress."),
        Specimen(
            "notes.txt.lzma", lzma.compress(SHORT, format=lzma.FORMAT_ALONE),
            about="The same by LZMA Utils.",
        ),
        Specimen(
            "photo.jpg.lz", p.lzip(b.pe()), expected=hidden,
            about="A program as a picture, in a format that ClamAV does not open.",
        ),
    )  # fmt: skip


def _archives() -> tuple[Specimen, ...]:
    return (
        Specimen("notes-gnu.tar", _tar(tarfile.GNU_FORMAT), about="A tar of GNU with a long name."),
        Specimen("notes-pax.tar", _tar(tarfile.PAX_FORMAT), about="The same as POSIX has it."),
        Specimen("notes.cpio", p.cpio_of(NOTES), about="A cpio archive."),
        Specimen("notes.a", p.ar_of(NOTES), about="An ar archive."),
        Specimen("notes.deb", p.deb_of(NOTES), about="A package of Debian."),
        Specimen("notes.rpm", p.rpm_of(NOTES), about="A package of Fedora."),
        Specimen("notes.cab", p.cab_of(NOTES), about="A cabinet."),
        Specimen("notes.lzh", p.lha_of(NOTES), about="An LHA archive."),
        Specimen("notes.xar", p.xar_of(NOTES), about="What macOS installs from."),
        Specimen("notes.iso", p.iso_of(NOTES), about="An image of a disc with Joliet names."),
    )


def _tricks() -> tuple[Specimen, ...]:
    program, gap = b.pe(), "unscanned.malformed"
    behind = b.tar_of(NOTES) + b.tar_of({"photo.jpg.exe": program})
    return (
        Specimen(
            "two-ends.tar", behind, expected=("archive.ambiguous", "disguise.double_extension"),
            about="A second archive behind the end of the first, where many readers stop.",
        ),
        Specimen(
            "trailer.gz", b.gzip(SHORT) + b.zip_of({"photo.jpg.exe": program}),
            expected=("archive.ambiguous", "disguise.double_extension"),
            about="An archive behind a compressed text.",
        ),
        Specimen(
            "part2.cab", p.cab_of(NOTES, folder=0xFFFD), expected=(gap,),
            about="A cabinet whose files begin in another one.",
        ),
        Specimen("cut.cpio", p.cpio_of(NOTES)[:-60], expected=(gap,), about="It has no end."),
        Specimen(
            "disc.wim", b"MSWIM\0\0\0" + bytes(200), expected=(gap,),
            about="An image that nothing here can open.",
        ),
    )  # fmt: skip


def _tar(dialect: int) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=dialect) as archive:
        for name, data in {**NOTES, f"{'folder/' * 20}notes.txt": SHORT}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        link = tarfile.TarInfo("latest.txt")
        link.type, link.linkname = tarfile.LNKTYPE, "notes.txt"
        archive.addfile(link)
    return stream.getvalue()
