"""7z archives by code: plain or encrypted, names as well, with lying headers."""

import hashlib
import lzma
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

LZMA2, COPY, AES = b"\x21", b"\x00", b"\x06\xf1\x07\x01"
ROUNDS_LOG = 6
"""7-Zip writes 19, which takes 15 ms a password and more."""
VECTOR = bytes(range(16))
PARTS = b"\x08\0"
"""One file a folder needs no more; libarchive refuses archives that do not even say so."""


@dataclass(frozen=True, slots=True)
class SevenZipFile:
    """One file.  Each has a folder of its own; empty ones have none."""

    name: str
    data: bytes
    password: str = ""
    method: bytes = LZMA2
    checksum: int | None = None
    """In place of the true one."""
    target: bool = False
    """A symbolic link: the data is where it leads."""
    window: int | None = None
    """Property of LZMA2 in place of the true one: 40 is 4 GiB."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A folder: what lies in the file, its coders, the sizes that come out of them."""

    body: bytes
    coders: tuple[tuple[bytes, bytes], ...]
    """(method, properties), the one that reads the file first."""
    sizes: tuple[int, ...]
    checksum: int


def sevenzip(files: Sequence[SevenZipFile], *, opened_by: str = "", packed: bool = True) -> bytes:
    """Return an archive.  (7zFormat.txt of the LZMA SDK)

    `opened_by`: the header is encrypted.  `packed`: the header is compressed, as 7-Zip's are.
    """
    folders = [_pack(file) for file in files if file.data]
    header = b"\1" + (b"\4" + _streams(folders) + PARTS + b"\0" if folders else b"")
    header += _files(files) + b"\0"
    bodies = b"".join(folder.body for folder in folders)
    if packed or opened_by:
        folder = _pack(SevenZipFile("", header, opened_by))
        header = b"\x17" + _streams([folder], at=len(bodies)) + b"\0"
        bodies += folder.body
    return start_header(len(bodies), header) + bodies + header


def start_header(offset: int, header: bytes) -> bytes:
    """Return the 32 bytes that lead to a header `offset` bytes behind them."""
    start = struct.pack("<QQI", offset, len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start


def numbers(*values: int) -> bytes:
    """Ones at the top of the first byte count the bytes that follow."""
    return b"".join(map(_number, values))


def _number(value: int) -> bytes:
    size = next(size for size in range(9) if value < 1 << min(7 * (size + 1), 64) or size == 8)
    if size == 8:
        return b"\xff" + value.to_bytes(8, "little")
    first = (0xFF00 >> size & 0xFF) | value >> 8 * size
    return bytes([first]) + (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def _pack(file: SevenZipFile) -> _Packed:
    body, properties = file.data, b""
    if file.method == LZMA2:
        filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]
        body = lzma.compress(body, lzma.FORMAT_RAW, filters=filters)
        properties = bytes([8 if file.window is None else file.window])
    coders = [(file.method, properties)]
    sizes = [len(file.data)]
    if file.password:
        coders.insert(0, (AES, bytes([ROUNDS_LOG | 0x40, 0x0F]) + VECTOR))
        sizes.insert(0, len(body))
        body = _encrypt(body, file.password)
    checksum = zlib.crc32(file.data) if file.checksum is None else file.checksum
    return _Packed(body, tuple(coders), tuple(sizes), checksum)


def _streams(folders: Sequence[_Packed], *, at: int = 0) -> bytes:
    sizes = numbers(*(len(folder.body) for folder in folders))
    text = numbers(6, at, len(folders), 9) + sizes + b"\0"
    text += numbers(7, 11, len(folders)) + b"\0"
    for folder in folders:
        text += numbers(len(folder.coders))
        for method, properties in folder.coders:
            text += bytes([len(method) | (0x20 if properties else 0)]) + method
            text += numbers(len(properties)) + properties if properties else b""
        if len(folder.coders) > 1:
            text += numbers(1, 0)  # the second coder reads what the first gives
    text += numbers(12, *(size for folder in folders for size in folder.sizes))
    checksums = b"".join(struct.pack("<I", folder.checksum) for folder in folders)
    return text + b"\x0a\1" + checksums + b"\0"


def _files(files: Sequence[SevenZipFile]) -> bytes:
    text = numbers(5, len(files))
    empty = [not file.data for file in files]
    if any(empty):
        bits = _bits(empty)
        text += numbers(14, len(bits)) + bits
        folders = _bits([not file.name.endswith("/") for file in files if not file.data])
        text += numbers(15, len(folders)) + folders
    names = b"".join(file.name.rstrip("/").encode("utf-16-le") + bytes(2) for file in files)
    text += numbers(17, len(names) + 1) + b"\0" + names
    modes = (0o120777 if file.target else 0o100644 for file in files)
    attributes = b"".join(struct.pack("<I", mode << 16 | 0x8000) for mode in modes)
    return text + numbers(21, len(attributes) + 2) + b"\1\0" + attributes + b"\0"


def _bits(flags: Sequence[bool]) -> bytes:
    text = "".join("1" if flag else "0" for flag in flags).ljust(-(-len(flags) // 8) * 8, "0")
    return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def _encrypt(data: bytes, password: str) -> bytes:
    seed, chain = password.encode("utf-16-le"), hashlib.sha256()
    for number in range(1 << ROUNDS_LOG):
        chain.update(seed + number.to_bytes(8, "little"))
    engine = Cipher(algorithms.AES(chain.digest()), modes.CBC(VECTOR)).encryptor()
    return engine.update(data + bytes(-len(data) % 16)) + engine.finalize()
