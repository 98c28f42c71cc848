"""Containers: ZIP (plain, encrypted, lying), tar, multipart bodies and HTTP content codings."""

import bz2
import gzip as gzip_module
import io
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import brotli
import zstandard

from samples.zip_crypto import encrypt

STORED, DEFLATED, BZIP2, LZMA, ZSTD, XZ = 0, 8, 12, 14, 93, 95
"""Compression methods of ZIP members.  (APPNOTE.TXT 6.3 §4.4.5)"""


@dataclass(frozen=True, slots=True)
class ZipMember:
    name: str
    data: bytes
    central_name: str | None = None
    """A name in the directory that differs from the one in the local header."""
    password: bytes | None = None
    """ZipCrypto, as every reader understands it."""


def zip_archive(members: Iterable[ZipMember], *, method: int = DEFLATED) -> bytes:
    """Return a ZIP of exactly these members, dated 1980-01-01.  (APPNOTE.TXT 6.3)"""
    data, directory, count = b"", b"", 0
    for member in members:
        checksum = zlib.crc32(member.data)
        body = PACKERS[method](member.data)
        flags = 0x800 | (2 if method == LZMA else 0)  # names are UTF-8; an LZMA end mark
        if member.password is not None:
            flags |= 1
            body = encrypt(body, member.password, checksum)
        name = member.name.encode()
        central = name if member.central_name is None else member.central_name.encode()
        fields = (20, flags, method, 0, 0x21, checksum, len(body), len(member.data))
        local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *fields, len(name), 0)
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\1\2", 20, *fields, len(central), 0, 0, 0, 0, 0, len(data),
        ) + central  # fmt: skip
        data += local + name + body
        count += 1
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(data), 0)
    return data + directory + end


def zip_of(files: Mapping[str, bytes], *, method: int = DEFLATED) -> bytes:
    return zip_archive([ZipMember(name, data) for name, data in files.items()], method=method)


def encrypted_zip(files: Mapping[str, bytes], password: bytes = b"nobody tries this") -> bytes:
    """Return a ZIP whose members are encrypted with ZipCrypto; names stay readable."""
    members = [ZipMember(name, data, password=password) for name, data in files.items()]
    return zip_archive(members)


def tar_of(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


def empty_7z() -> bytes:
    """Return a 7z archive without members.  (7zFormat.txt)"""
    start = bytes(20)
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start


def empty_rar() -> bytes:
    """Return a RAR 5 archive without members: main header and end of archive."""

    def header(fields: bytes) -> bytes:
        sized = bytes([len(fields)]) + fields
        return struct.pack("<I", zlib.crc32(sized)) + sized

    return b"Rar!\x1a\x07\x01\0" + header(b"\1\0\0") + header(b"\5\0\0")


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; without `file_name` it is an ordinary text field."""

    name: str
    data: bytes
    file_name: str | None = None
    content_type: str = ""
    transfer_encoding: str = ""


def multipart(parts: Iterable[Part], boundary: str = "----douane") -> bytes:
    """Return a multipart/form-data body.  (RFC 7578)"""
    body = b""
    for part in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{part.name}"'
        if part.file_name is not None:
            head += f'; filename="{part.file_name}"'
        if part.content_type:
            head += f"\r\nContent-Type: {part.content_type}"
        if part.transfer_encoding:
            head += f"\r\nContent-Transfer-Encoding: {part.transfer_encoding}"
        body += head.encode() + b"\r\n\r\n" + part.data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def _deflate(data: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(data) + coder.flush()


def _zip_lzma(data: bytes) -> bytes:
    """Return LZMA as ZIP keeps it: version, size of the properties, properties, stream (§5.8.8)."""
    alone = lzma.compress(data, format=lzma.FORMAT_ALONE)
    return b"\x09\x14\x05\0" + alone[:5] + alone[13:]


def gzip(data: bytes) -> bytes:
    """Return the content coding `gzip`, the same bytes at every call."""
    return gzip_module.compress(data, mtime=0)


def deflate(data: bytes) -> bytes:
    """Return the content coding `deflate`: zlib with its header.  (RFC 9110 §8.4.1.2)"""
    return zlib.compress(data)


def raw_deflate(data: bytes) -> bytes:
    """Return `deflate` as some servers send it: without the zlib header."""
    return _deflate(data)


def brotli_coded(data: bytes) -> bytes:
    coded: bytes = brotli.compress(data)
    return coded


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKERS: dict[int, Callable[[bytes], bytes]] = {
    STORED: bytes,
    DEFLATED: _deflate,
    BZIP2: bz2.compress,
    LZMA: _zip_lzma,
    ZSTD: zstd,
    XZ: lzma.compress,
}
"""Compression method of a ZIP member -> what packs it."""

CODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip),
    "deflate": ("deflate", deflate),
    "raw-deflate": ("deflate", raw_deflate),
    "br": ("br", brotli_coded),
    "zstd": ("zstd", zstd),
}
"""Every way to apply a content coding: a short name, the coding it is declared as, the coder."""
