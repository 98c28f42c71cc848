"""RAR archives by code: RAR 4 and 5, plain, encrypted, in volumes, with lying headers.

Members are stored, or bring their own packed data: no packer of RAR is free.
"""

import hashlib
import hmac
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SALT, VECTOR = bytes(range(16)), bytes(range(16, 32))
ROUNDS_LOG = 6
"""RAR writes 15, which takes 7 ms a password."""


@dataclass(frozen=True, slots=True)
class RarFile:
    """One member.  The second half is what tests of headers need."""

    name: str
    data: bytes
    password: str = ""
    packed: bytes | None = None
    """Its compressed data, if it is not stored."""
    method: int | None = None
    """RAR 5: compression field.  RAR 4: method byte."""
    link: tuple[int, str] | None = None
    """RAR 5: kind of redirection and target, beside its data.  RAR 4: any kind, a symbolic link,
    whose data is the target."""
    stream: str = ""
    """Name of an alternate stream, with its colon: this is the content of that."""
    checksum: int | None = None
    """In place of the true one."""
    volume_flags: int = 0
    """Of both formats: 1 begins in another volume, 2 goes on in another."""
    tweaked: bool = True
    """RAR 5, encrypted: checksums are keyed."""
    raw_name: bytes | None = None
    """RAR 4: the field, behind which a zero and a packed Unicode name may stand."""
    service: str = ""
    """RAR 5: not a file, but a record of the archive, with this name."""


def rar5(
    files: Sequence[RarFile],
    *,
    opened_by: str = "",
    solid: bool = False,
    volume: bool = False,
    check: bool = True,
) -> bytes:
    """Return a RAR 5 archive, whose names are encrypted as well if `opened_by` is a password.

    `check`: it says whether a password is right.  https://www.rarlab.com/technote.htm
    """
    data = b"Rar!\x1a\x07\x01\0"
    if opened_by:
        data += _header5("", vints(4, 0, 0, 1 if check else 0) + _lock5(opened_by, check))
    main = vints(1, 0, (4 if solid else 0) | (1 if volume else 0))
    data += _header5(opened_by, main)
    for file in files:
        data += _file5(file, opened_by, check=check)
    return data + _header5(opened_by, vints(5, 0, 0))


def _file5(file: RarFile, opened_by: str, *, check: bool) -> bytes:
    body = file.data if file.packed is None else file.packed
    checksum = zlib.crc32(file.data) if file.checksum is None else file.checksum
    extra = b""
    if file.password:
        flags = (1 if check else 0) | (2 if file.tweaked else 0)
        lock = _lock5(file.password, check, VECTOR)
        extra += _record(1, vints(0, flags) + lock)
        body = _aes(_key5(file.password, 0), VECTOR, body)
        if file.tweaked:
            checksum = _tweak(file.password, checksum)
    if file.link is not None:
        kind, target = file.link
        raw = target.encode()
        extra += _record(5, vints(kind, 0, len(raw)) + raw)
    if file.stream:
        extra += _record(7, file.stream.encode())
    name = (file.service or ("STM" if file.stream else file.name)).encode("utf-8", "surrogatepass")
    method = (0 if file.packed is None else 0x80) if file.method is None else file.method
    fields = vints(0x04, len(file.data), 0o100644)
    fields += struct.pack("<I", checksum) + vints(method, 1, len(name)) + name
    flags = 2 | (1 if extra else 0) | file.volume_flags << 3
    sizes = vints(len(extra)) if extra else b""
    sizes += vints(len(body))
    kind = 3 if file.stream or file.service else 2
    return _header5(opened_by, vints(kind, flags) + sizes + fields + extra) + body


def rar4(
    files: Sequence[RarFile],
    *,
    opened_by: str = "",
    solid: bool = False,
    volume: bool = False,
    end: bool = True,
) -> bytes:
    """Return an archive as RAR 3 and 4 make them."""
    flags = (8 if solid else 0) | (0x80 if opened_by else 0) | (1 if volume else 0)
    data = b"Rar!\x1a\x07\0" + _header4("", 0x73, flags, bytes(6))
    for file in files:
        data += _file4(file, opened_by)
    return data + (_header4(opened_by, 0x7B, 0x4000, b"") if end else b"")


def _file4(file: RarFile, opened_by: str) -> bytes:
    data = file.link[1].encode() if file.link else file.data
    body = data if file.packed is None else file.packed
    flags, tail = 0x8000 | 0x20 | file.volume_flags, b""
    checksum = zlib.crc32(data) if file.checksum is None else file.checksum
    if file.password:
        flags |= 0x404
        body = _locked4(file.password, body)
        tail += SALT[:8]
    name = file.name.encode() if file.raw_name is None else file.raw_name
    if file.raw_name is not None or not file.name.isascii():
        flags |= 0x200
    kind = 0x74
    if file.stream:
        kind, name, tail = 0x7A, b"STM", tail + file.stream.encode("utf-16-le")
    method = (0x30 if file.packed is None else 0x33) if file.method is None else file.method
    mode = 0o120777 if file.link else 0o100644
    fields = struct.pack(
        "<2IB2I2BHI", len(body), len(data), 3, checksum, 0x2F8A0000, 29, method, len(name), mode
    )
    return _header4(opened_by, kind, flags, fields + name + tail) + body


def vints(*numbers: int) -> bytes:
    """Seven bits a byte, low ones first."""
    return b"".join(map(_vint, numbers))


def _vint(number: int) -> bytes:
    coded = bytearray()
    while number > 0x7F:
        coded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*coded, number])


def _record(kind: int, content: bytes) -> bytes:
    body = vints(kind) + content
    return vints(len(body)) + body


def _header5(password: str, body: bytes) -> bytes:
    sized = vints(len(body)) + body
    header = struct.pack("<I", zlib.crc32(sized)) + sized
    return VECTOR + _aes(_key5(password, 0), VECTOR, header) if password else header


def _header4(password: str, kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    header = struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head
    return SALT[:8] + _locked4(password, header) if password else header


def _aes(key: bytes, vector: bytes, data: bytes) -> bytes:
    engine = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return engine.update(data + bytes(-len(data) % 16)) + engine.finalize()


def _key5(password: str, more: int) -> bytes:
    rounds = (1 << ROUNDS_LOG) + more
    return hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, rounds)


def _lock5(password: str, check: bool, vector: bytes = b"") -> bytes:
    """Return rounds, salt, vector and check value."""
    value = _key5(password, 32)
    folded = bytes(value[i] ^ value[i + 8] ^ value[i + 16] ^ value[i + 24] for i in range(8))
    checked = folded + hashlib.sha256(folded).digest()[:4] if check else b""
    return bytes([ROUNDS_LOG]) + SALT + vector + checked


def _tweak(password: str, checksum: int) -> int:
    keyed = hmac.digest(_key5(password, 16), struct.pack("<I", checksum), "sha256")
    tweaked = 0
    for word in struct.unpack("<8I", keyed):
        tweaked ^= word
    return tweaked


def _locked4(password: str, data: bytes) -> bytes:
    """AES-128 with a key of 262,144 rounds of SHA-1; the vector is made on the way."""
    seed = password.encode("utf-16-le") + SALT[:8]
    chain, vector = hashlib.sha1(usedforsecurity=False), b""
    for number in range(0x40000):
        chain.update(seed + number.to_bytes(3, "little"))
        if number % 0x4000 == 0:
            vector += chain.digest()[19:]
    key = struct.pack("<4I", *struct.unpack(">4I", chain.digest()[:16]))
    return _aes(key, vector, data)
