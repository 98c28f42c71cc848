"""The locks of encrypted ZIP members: is a password right, and what is behind it.

ZipCrypto (APPNOTE §6.1) and WinZip's AES (AE-1, AE-2).  PKWARE's own encryption (§7) has no lock
here: nothing free opens it.
"""

import hashlib
import hmac
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zlib import crc32

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.zip.headers import Header
from scanners.zip.methods import STORED, Reading, read_alone

MASK = 0xFFFFFFFF
HEAD = 12
"""Bytes of ZipCrypto's header: eleven of chance, and one that tells most wrong passwords."""
ROUNDS = 1000
VERIFIER, AUTHENTICATION = 2, 10
PIECE = 1024 * 1024
CODE_PAGES = ("cp437", "cp1252", "cp1251", "cp866")
"""In which archivers write a password that is not ASCII, beside UTF-8."""

CRC = tuple(crc32(bytes([n]), MASK) ^ MASK for n in range(256))
for _page in CODE_PAGES:
    "a".encode(_page)  # loads the code page now: a sandboxed worker can load nothing later


class Lock(Protocol):
    """Of one member."""

    @property
    def size(self) -> int:
        """Packed bytes behind it."""

    @property
    def proves(self) -> bool:
        """What `open` calls no failure was opened with the right password."""

    def fits(self, password: bytes) -> bool:
        """Return whether the password may be right, fast; few wrong ones pass."""

    def open(self, password: bytes, budget: Budget) -> Reading:
        """Return the packed bytes; a failure if they are not authentic.  Wrong ones may pass."""


def find_lock(header: Header, packed: memoryview) -> Lock | None:
    """Return the lock of an encrypted member; None if nothing could open it."""
    if header.strong or header.masked:
        return None
    if header.aes is not None:
        size = 4 * (header.aes.strength + 1)  # of the salt: half of the key
        fits = header.aes.strength in (1, 2, 3) and len(packed) >= size + VERIFIER + AUTHENTICATION
        return AesLock(packed, size) if fits else None
    if len(packed) < HEAD:
        return None
    checks = header.checksum >> 24, header.time >> 8
    return OldLock(packed, checks if header.deferred else checks[:1])


def spellings(text: str) -> Iterator[bytes]:
    """Yield each byte string that an archiver may make of a password, UTF-8 first."""
    seen = set()
    for encoding in ("utf-8", *(CODE_PAGES if not text.isascii() else ())):
        try:
            spelled = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if spelled not in seen:
            seen.add(spelled)
            yield spelled


@dataclass(frozen=True, slots=True)
class OldLock:
    """ZipCrypto.  A wrong password passes one time in 256, and then fails the CRC of the member."""

    packed: memoryview
    checks: tuple[int, ...]
    proves: bool = False

    @property
    def size(self) -> int:
        return len(self.packed) - HEAD

    def fits(self, password: bytes) -> bool:
        return self._check(password) in self.checks

    def open(self, password: bytes, budget: Budget) -> Reading:
        """By libarchive: 90 MB/s, a loop in Python 2.5 (measured)."""
        if not self.size:
            return Reading(memoryview(b""))
        check = self._check(password)
        return read_alone(
            self.packed, STORED, self.size, budget, self.size, password=password, check=check
        )

    def _check(self, password: bytes) -> int:
        """Return the last byte of the decrypted header."""
        one, two, three = 0x12345678, 0x23456789, 0x34567890
        for byte in password:
            one = one >> 8 ^ CRC[(one ^ byte) & 0xFF]
            two = (two + (one & 0xFF)) * 134775813 + 1 & MASK
            three = three >> 8 ^ CRC[(three ^ two >> 24) & 0xFF]
        plain = 0
        for byte in self.packed[:HEAD]:
            key = three | 2
            plain = byte ^ (key * (key ^ 1) >> 8 & 0xFF)
            one = one >> 8 ^ CRC[(one ^ plain) & 0xFF]
            two = (two + (one & 0xFF)) * 134775813 + 1 & MASK
            three = three >> 8 ^ CRC[(three ^ two >> 24) & 0xFF]
        return plain


@dataclass(frozen=True, slots=True)
class AesLock:
    """AES in counter mode; keys by PBKDF2, 0.8 ms; wrong passwords pass one time in 65,536."""

    packed: memoryview
    salt_size: int
    proves: bool = True

    @property
    def size(self) -> int:
        return len(self.packed) - self.salt_size - VERIFIER - AUTHENTICATION

    def fits(self, password: bytes) -> bool:
        verifier = self.packed[self.salt_size : self.salt_size + VERIFIER]
        return self._keys(password)[2] == verifier

    def open(self, password: bytes, budget: Budget) -> Reading:
        key, authentication_key, _ = self._keys(password)
        start = self.salt_size + VERIFIER
        packed = self.packed[start : start + self.size]
        authentication = hmac.digest(authentication_key, packed, "sha1")[:AUTHENTICATION]
        if authentication != self.packed[-AUTHENTICATION:]:
            return Reading(memoryview(b""), ContentMalformed("not what was encrypted"))
        return Reading(_decrypt(key, packed, budget))

    def _keys(self, password: bytes) -> tuple[bytes, bytes, bytes]:
        """Return the key of the data, the key of the authentication, the verifier."""
        size = 2 * self.salt_size
        salt = bytes(self.packed[: self.salt_size])
        keys = hashlib.pbkdf2_hmac("sha1", password, salt, ROUNDS, 2 * size + VERIFIER)
        return keys[:size], keys[size:-VERIFIER], keys[-VERIFIER:]


def _decrypt(key: bytes, packed: memoryview, budget: Budget) -> memoryview:
    """Undo AES in counter mode.  WinZip counts from 1, the lowest byte first: no library does."""
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    plain = bytearray(len(packed))
    for start in range(0, len(packed), PIECE):
        budget.seconds_left()
        piece = packed[start : start + PIECE]
        count = -(-len(piece) // 16)
        first = start // 16 + 1
        counters = array("Q", bytes(16 * count))
        counters[::2] = array("Q", range(first, first + count))
        stream = cipher.update(counters.tobytes())[: len(piece)]
        mixed = int.from_bytes(piece, "little") ^ int.from_bytes(stream, "little")
        plain[start : start + len(piece)] = mixed.to_bytes(len(piece), "little")
    return memoryview(plain).toreadonly()
