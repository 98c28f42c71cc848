"""Containers of every sort around one file, made by the libraries people use."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import py7zr
import pyzipper
import zstandard

Members = dict[str, bytes]
PASSWORD = b"infected"


def zip_deflated(members: Members) -> bytes:
    return _zipped(members, zipfile.ZIP_DEFLATED)


def zip_stored(members: Members) -> bytes:
    return _zipped(members, zipfile.ZIP_STORED)


def zip_lzma(members: Members) -> bytes:
    return _zipped(members, zipfile.ZIP_LZMA)


def _zipped(members: Members, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def zip_aes(members: Members) -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD)
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tar_ustar(members: Members) -> bytes:
    return _tarred(members, tarfile.USTAR_FORMAT)


def tar_gnu(members: Members) -> bytes:
    return _tarred(members, tarfile.GNU_FORMAT)


def tar_pax(members: Members) -> bytes:
    return _tarred(members, tarfile.PAX_FORMAT)


def _tarred(members: Members, dialect: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def cpio_newc(members: Members) -> bytes:
    out = bytearray()
    for number, (name, data) in enumerate([*members.items(), ("TRAILER!!!", b"")], 1):
        encoded = name.encode() + b"\0"
        numbers = (number, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
        out += b"070701" + b"".join(b"%08X" % one for one in numbers) + encoded
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def ar(members: Members) -> bytes:
    out = bytearray(b"!<arch>\n")
    for number, data in enumerate(members.values()):
        head = f"{f'{number}/':16}{0:<12}{0:<6}{0:<6}{'100644':8}{len(data):<10}`\n"
        out += head.encode() + data + b"\n" * (len(data) % 2)
    return bytes(out)


def seven_zip(members: Members) -> bytes:
    return _seven_zipped(members, None)


def seven_zip_encrypted(members: Members) -> bytes:
    return _seven_zipped(members, PASSWORD.decode())


def _seven_zipped(members: Members, password: str | None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return out.getvalue()


def mail(members: Members) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "Files"
    message["Message-ID"] = "<1@example.com>"
    message.set_content("Here they are.")
    for name, data in members.items():
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return bytes(message)


def lz4_stored(members: Members) -> bytes:
    """Return an LZ4 frame of stored blocks (LZ4 frame format 1.6.2); the first member only."""
    data = next(iter(members.values()))
    blocks = (data[at : at + 65536] for at in range(0, len(data), 65536))
    stored = b"".join(struct.pack("<I", len(block) | 1 << 31) + block for block in blocks)
    return b"\x04\x22\x4d\x18\x60\x40\x82" + stored + bytes(4)


def _first(pack: Callable[[bytes], bytes]) -> Callable[[Members], bytes]:
    return lambda members: pack(next(iter(members.values())))


ONE_FILE: dict[str, Callable[[Members], bytes]] = {
    ".gz": _first(gzip.compress),
    ".bz2": _first(bz2.compress),
    ".xz": _first(lzma.compress),
    ".lzma": _first(lambda data: lzma.compress(data, lzma.FORMAT_ALONE)),
    ".zst": _first(zstandard.ZstdCompressor().compress),
    ".lz4": lz4_stored,
}
MANY_FILES: dict[str, tuple[str, Callable[[Members], bytes]]] = {
    "zip": (".zip", zip_deflated),
    "zip stored": (".zip", zip_stored),
    "zip lzma": (".zip", zip_lzma),
    "zip aes": (".zip", zip_aes),
    "tar ustar": (".tar", tar_ustar),
    "tar gnu": (".tar", tar_gnu),
    "tar pax": (".tar", tar_pax),
    "cpio": (".cpio", cpio_newc),
    "ar": (".ar", ar),
    "7z": (".7z", seven_zip),
    "7z encrypted": (".7z", seven_zip_encrypted),
    "mail": (".eml", mail),
}
