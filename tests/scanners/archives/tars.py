"""tar archives, honest and not, block by block."""

import io
import tarfile
from collections.abc import Iterable

END = bytes(1024)


def entry(
    name: str,
    data: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    link: str = "",
    size: int | None = None,
) -> bytes:
    """Return one member, its size field as it is or as somebody says it is."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(data) if size is None else size
    head = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    return head + data + bytes(-len(data) % 512)


def sparse(name: str, at: int, data: bytes, size: int) -> bytes:
    """Return a member of GNU's old sparse format: `data` at `at`, holes around it."""
    head = bytearray(entry(name, kind=tarfile.GNUTYPE_SPARSE, size=len(data)))
    head[386:410] = b"%011o\0%011o\0" % (at, len(data))
    head[483:495] = b"%011o\0" % size
    return checked(head) + data + bytes(-len(data) % 512)


def checked(head: bytes | bytearray) -> bytes:
    """Return a header block with the checksum that it should have."""
    block = bytearray(head)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return bytes(block)


def pax(records: dict[str, str]) -> bytes:
    """Return a header of attributes for the next member."""
    body = b""
    for key, value in records.items():
        text = f" {key}={value}\n".encode()
        size = len(text) + 1
        while size != len(text) + len(str(size)):
            size = len(text) + len(str(size))
        body += str(size).encode() + text
    return entry("PaxHeaders/x", body, kind=tarfile.XHDTYPE)


def by_library(files: Iterable[tuple[str, bytes]], dialect: int, encoding: str = "utf-8") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=dialect, encoding=encoding) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()
