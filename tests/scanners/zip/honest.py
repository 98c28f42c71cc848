"""Archives as real programs write them.  None may be called ambiguous, malformed or a bomb."""

import io
import stat
import struct
import subprocess
import zipapp
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import xlsxwriter
from odf.opendocument import OpenDocumentText
from odf.text import P

from samples import builders

FILES = {
    "read.me": b"Nothing to see here.\n" * 40,
    "folder/picture.png": builders.png(),
    "folder/empty": b"",
    "folder/ünïcode.txt": b"text",
    "noise.bin": bytes(range(256)) * 40,
}


def _tree(folder: Path) -> Path:
    root = folder / "tree"
    if root.exists():
        return root
    for name, data in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "link").symlink_to("read.me")
    return root


def _tool(folder: Path, *command: str) -> bytes:
    """Return what a program writes to standard output, run among the files."""
    done = subprocess.run(command, cwd=_tree(folder), capture_output=True, check=True)
    return done.stdout


def _file(folder: Path, *command: str) -> bytes:
    """Return the file out.zip that a program writes, run among the files."""
    out = folder / "out.zip"
    _tool(folder, *(word.replace("OUT", str(out)) for word in command))
    return out.read_bytes()


def _python(folder: Path, **options: object) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **options) as archive:  # type: ignore[call-overload]
        for name, data in FILES.items():
            archive.writestr(name, data)
        archive.mkdir("folder/sub")
        archive.comment = b"made by a test"
    return stream.getvalue()


def _wide(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(data)
    return stream.getvalue()


class _Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError("a pipe")


def _streamed(folder: Path, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return pipe.getvalue()


def _wide_end(folder: Path) -> bytes:
    """Return more members than 16 bits count."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(66_000):
            archive.writestr(zipfile.ZipInfo(f"{number:x}"), b"")
    return stream.getvalue()


def _updated(folder: Path) -> bytes:
    """Return an archive from which members were deleted and to which others were added."""
    out = folder / "out.zip"
    for command in (["-r", "OUT", "."], ["-d", "OUT", "noise.bin"], ["-g", "OUT", "noise.bin"]):
        _tool(folder, "zip", "-q", *(word.replace("OUT", str(out)) for word in command))
    return out.read_bytes()


def _android(folder: Path) -> bytes:
    """Return an aligned package with a signing block before its directory."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("AndroidManifest.xml", "resources.arsc", "res/icon.png", "classes.dex"):
            entry = zipfile.ZipInfo(name)
            padding = -(stream.tell() + 30 + len(name) + 6) % 4
            entry.extra = struct.pack("<3H", 0xD935, 2 + padding, 4) + bytes(padding)
            archive.writestr(entry, builders.png() if name.endswith("png") else bytes(999))
    data = stream.getvalue()
    start = data.index(b"PK\x01\x02")
    body = struct.pack("<QI", 4 + 600, 0x7109871A) + bytes(range(200)) * 3
    size = struct.pack("<Q", len(body) + 24)
    block = size + body + size + b"APK Sig Block 42"
    return data[:start] + block + data[start:-6] + struct.pack("<IH", start + len(block), 0)


def _extension(folder: Path) -> bytes:
    """Return a package of Chrome, version 3: a header, then an archive."""
    return b"Cr24" + struct.pack("<2I", 3, 300) + bytes(range(100)) * 3 + _python(folder)


def _book(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", b"application/epub+zip")
        archive.writestr("META-INF/container.xml", b"<container/>", zipfile.ZIP_DEFLATED)
        archive.writestr("OEBPS/1.xhtml", b"<html/>", zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _java(folder: Path) -> bytes:
    """Return a package as `jar` makes it: deferred, packed folders, an extra field of its own."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        folder_entry = zipfile.ZipInfo("META-INF/")
        folder_entry.extra = struct.pack("<2H", 0xCAFE, 0)
        archive.writestr(folder_entry, b"")
        archive.writestr("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n")
        archive.writestr("A.class", builders.java_class())
    return pipe.getvalue()


def _windows(folder: Path) -> bytes:
    """Return an archive with backslashes, as early .NET wrote them, and a name in a code page."""
    data = builders.zip_of({"folder\\a.txt": b"a", "M_ller.txt": b"b"})
    return data.replace(b"M_ller", b"M\x81ller")


def _word(folder: Path) -> bytes:
    stream = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Nothing to see here.")
    document.save(stream)
    return stream.getvalue()


def _sheet(folder: Path) -> bytes:
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.save(stream)
    return stream.getvalue()


def _other_sheet(folder: Path) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write("A1", 1)
    return stream.getvalue()


def _open_document(folder: Path) -> bytes:
    stream = io.BytesIO()
    document = OpenDocumentText()
    document.text.addElement(P(text="Nothing to see here."))
    document.write(stream)
    return stream.getvalue()


def _application(folder: Path) -> bytes:
    source = folder / "source"
    source.mkdir()
    (source / "__main__.py").write_bytes(b"print(1)\n")
    zipapp.create_archive(source, folder / "out.pyz", "/usr/bin/python3")
    return (folder / "out.pyz").read_bytes()


def _self_extractor(folder: Path) -> bytes:
    """Return a program with an archive behind it, the offsets counted from the program's start."""
    out = folder / "out.zip"
    out.write_bytes(builders.pe() + _python(folder))
    _tool(folder, "zip", "-qA", str(out))
    return out.read_bytes()


def _repository(folder: Path) -> bytes:
    root = _tree(folder)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]
    subprocess.run(command, cwd=root, check=True)
    command = ["git", "archive", "--format=zip", "HEAD"]
    return subprocess.run(command, cwd=root, check=True, capture_output=True).stdout


def _device(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "read.me")
    return stream.getvalue()


HONEST: dict[str, Callable[[Path], bytes]] = {
    "zip": lambda f: _file(f, "zip", "-qr", "OUT", "."),
    "zip, links": lambda f: _file(f, "zip", "-qry", "OUT", "."),
    "zip, stored": lambda f: _file(f, "zip", "-qr0", "OUT", "."),
    "zip, bzip2": lambda f: _file(f, "zip", "-qr", "-Z", "bzip2", "OUT", "."),
    "zip, to a pipe": lambda f: _tool(f, "zip", "-qr", "-", "."),
    "zip, from a pipe": lambda f: _tool(f, "sh", "-c", "cat noise.bin | zip -q - -"),
    "zip, wide": lambda f: _file(f, "zip", "-qr", "-fz", "OUT", "."),
    "zip, updated": _updated,
    "7zz": lambda f: _file(f, "7zz", "a", "-tzip", "OUT", "."),
    "7zz, LZMA": lambda f: _file(f, "7zz", "a", "-tzip", "-mm=LZMA", "OUT", "."),
    "7zz, deflate64": lambda f: _file(f, "7zz", "a", "-tzip", "-mm=Deflate64", "OUT", "."),
    "7zz, PPMd": lambda f: _file(f, "7zz", "a", "-tzip", "-mm=PPMd", "OUT", "."),
    "7zz, to a pipe": lambda f: _tool(f, "7zz", "a", "-tzip", "-so", "-an", "read.me"),
    "bsdtar": lambda f: _file(f, "bsdtar", "-cf", "OUT", "--format", "zip", "."),
    "bsdtar, to a pipe": lambda f: _tool(f, "bsdtar", "-cf", "-", "--format", "zip", "."),
    "git": _repository,
    "zipfile": _python,
    "zipfile, LZMA": lambda f: _python(f, compression=zipfile.ZIP_LZMA),
    "zipfile, wide": _wide,
    "zipfile, to a pipe": _streamed,
    "zipfile, to a pipe, bzip2": lambda f: _streamed(f, zipfile.ZIP_BZIP2),
    "zipfile, to a pipe, stored": lambda f: _streamed(f, zipfile.ZIP_STORED),
    "zipfile, old dates": lambda f: _python(f, strict_timestamps=False),
    "zeros behind it": lambda f: _python(f) + bytes(1000),
    "a link": _device,
    "Android": _android,
    "Chrome": _extension,
    "EPUB": _book,
    "Java": _java,
    "Windows": _windows,
    "python-docx": _word,
    "openpyxl": _sheet,
    "XlsxWriter": _other_sheet,
    "odfpy": _open_document,
    "zipapp": _application,
    "self-extractor": _self_extractor,
}
"""What made it -> a call that makes it, in an empty folder."""

MANY: dict[str, Callable[[Path], bytes]] = {"zipfile, many members": _wide_end}
"""Honest, and more than a budget allows."""
