"""From passwords to keys: RAR 5 (PBKDF2, AES-256) and RAR 3 and 4 (SHA-1 262,144 times, AES-128).

Derived keys are kept for the time of one scan: all members of an archive tend to share a salt.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import reduce

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from scanners.errors import ContentMalformed, ContentTooLarge

BLOCK = 16
LONGEST = 127
"""Characters of a password; RAR takes no longer ones."""
DEAREST_LOG = 20
"""2^20 rounds cost 0.2 s.  RAR writes 15 and reads up to 24, at three seconds a password."""
MOST_DERIVED = 64
"""Keys derived of one password; archives need three."""
MOST_ROUNDS = 1 << 22
"""... and rounds of RAR 5's, 0.8 s: 128 keys of RAR's own, four of the dearest."""
_ROUNDS_4 = 0x40000
_STEP_4 = _ROUNDS_4 // 16
_LOW = bytes(range(256))


@dataclass(slots=True)
class Derived:
    """The keys of one scan, by everything that they depend on."""

    known: dict[str, dict[tuple[object, ...], bytes]] = field(default_factory=dict)
    """By password, and by what it is mixed with."""

    def once(self, derive: Callable[..., bytes], password: str, *mixed_with: bytes | int) -> bytes:
        known = self.known.setdefault(password, {})
        if (key := (derive, *mixed_with)) not in known:
            spent = sum(part for each in known for part in each if isinstance(part, int))
            if len(known) >= MOST_DERIVED or spent >= MOST_ROUNDS:
                raise ContentTooLarge("every member has a key of its own")
            known[key] = derive(password, *mixed_with)
        return known[key]


@dataclass(frozen=True, slots=True)
class Keys5:
    """One encryption record of RAR 5.  https://www.rarlab.com/technote.htm#encheader."""

    derived: Derived
    salt: bytes
    rounds_log: int
    vector: bytes
    check: bytes
    """Eight bytes derived from the password; empty if there are none that can be trusted."""
    tweaked: bool
    """Checksums are keyed, so that they tell nothing of the content."""

    @property
    def affordable(self) -> bool:
        return self.rounds_log <= DEAREST_LOG

    @property
    def lock(self) -> tuple[object, ...]:
        return 5, self.salt, self.rounds_log, self.check

    def with_vector(self, vector: bytes) -> "Keys5":
        """Return the same for another piece: each encrypted header brings its own vector."""
        if len(vector) < BLOCK:
            raise ContentMalformed("an encrypted header is cut")
        return replace(self, vector=vector)

    def opens(self, password: str) -> bool | None:
        if not self.check:
            return None
        value = self._derive(password, 32)
        return reduce(_xor, (value[at : at + 8] for at in range(0, 32, 8))) == self.check

    def decrypt(self, password: str, data: memoryview) -> bytes:
        return _decrypt(self._derive(password, 0), self.vector, data)

    def checksum(self, password: str, checksum: int) -> int:
        if not self.tweaked:
            return checksum
        keyed = self.digest(password, checksum.to_bytes(4, "little"))
        words = (keyed[at : at + 4] for at in range(0, 32, 4))
        return int.from_bytes(reduce(_xor, words), "little")

    def digest(self, password: str, digest: bytes) -> bytes:
        if not self.tweaked:
            return digest
        return hmac.digest(self._derive(password, 16), digest, "sha256")

    def _derive(self, password: str, more: int) -> bytes:
        """`more` rounds give another key: 0 decrypts, 16 tweaks checksums, 32 checks passwords."""
        return self.derived.once(_pbkdf2, password, self.salt, (1 << self.rounds_log) + more)


@dataclass(frozen=True, slots=True)
class Keys4:
    """The salt of RAR 3 and 4.  Nothing in the archive says whether a password is right."""

    derived: Derived
    salt: bytes
    known: bool = True
    """False: a cipher of RAR 1.5 or 2."""
    tweaked: bool = False

    @property
    def affordable(self) -> bool:
        return self.known

    @property
    def lock(self) -> tuple[object, ...]:
        return 4, self.salt

    def opens(self, password: str) -> bool | None:
        return None

    def decrypt(self, password: str, data: memoryview) -> bytes:
        both = self.derived.once(_sha1_chain, password, self.salt)
        return _decrypt(both[:BLOCK], both[BLOCK:], data)

    def checksum(self, password: str, checksum: int) -> int:
        return checksum

    def digest(self, password: str, digest: bytes) -> bytes:
        return digest


def trusted_check(stated: bytes) -> bytes:
    """Return the check value of a record of RAR 5 if its own checksum holds, else nothing."""
    check, checksum = stated[:8], stated[8:12]
    return check if len(stated) == 12 and hashlib.sha256(check).digest()[:4] == checksum else b""


def _pbkdf2(password: str, salt: bytes, rounds: int) -> bytes:
    text = password[:LONGEST].encode("utf-8", "replace")
    return hashlib.pbkdf2_hmac("sha256", text, salt, rounds)


def _sha1_chain(password: str, salt: bytes) -> bytes:
    """Return key and vector.  The counter of each round is 24 bits, and each 16th of the rounds
    gives a byte of the vector.
    """
    seed = password[:LONGEST].encode("utf-16-le", "replace") + salt
    unit = len(seed) + 3
    rounds = bytearray((seed + bytes(3)) * _STEP_4)
    rounds[len(seed) :: unit] = _LOW * (_STEP_4 // 256)
    chain = hashlib.sha1(usedforsecurity=False)
    vector = b""
    for step in range(16):
        numbers = range(step * _STEP_4, (step + 1) * _STEP_4, 256)
        rounds[len(seed) + 1 :: unit] = b"".join(bytes([n >> 8 & 255]) * 256 for n in numbers)
        rounds[len(seed) + 2 :: unit] = bytes([step * _STEP_4 >> 16]) * _STEP_4
        first = chain.copy()
        first.update(rounds[:unit])
        vector += first.digest()[19:]
        chain.update(rounds)
    return struct.pack("<4I", *struct.unpack(">4I", chain.digest()[:BLOCK])) + vector


def _decrypt(key: bytes, vector: bytes, data: memoryview) -> bytes:
    """AES in CBC mode; what is no whole block at the end is left out."""
    whole = data[: len(data) // BLOCK * BLOCK]
    engine = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return engine.update(whole) + engine.finalize()


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second))
