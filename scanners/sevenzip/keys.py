"""From passwords to keys: SHA-256 over the password and a counter, 2^19 times; AES-256 in CBC mode.

(7zAes.cpp of 7-Zip.)  Nothing in the archive says whether a password is right but the checksums of
what comes out.
"""

import hashlib
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from scanners.errors import ContentMalformed, ContentTooLarge

BLOCK = 16
LONGEST = 127
"""Characters of a password that are tried."""
DEAREST_LOG = 22
"""2^22 rounds cost 0.2 s.  7-Zip writes 19 and reads up to 24."""
MOST_DERIVED = 64
"""Keys derived of one password; one is what archives need."""
MOST_ROUNDS = 1 << 24
"""... and rounds of them all, 0.8 s: 32 keys of 7-Zip's own, four of the dearest."""
AS_IT_IS = 0x3F
"""In place of rounds: the key is salt and password themselves."""
_STEP_LOG = 14
_LOW = bytes(range(256))


@dataclass(frozen=True, slots=True)
class Lock:
    """Properties of the AES coder."""

    rounds_log: int
    salt: bytes
    vector: bytes

    @property
    def alike(self) -> "Lock":
        """Return what is equal for folders that the same key opens."""
        return replace(self, vector=b"")

    @property
    def affordable(self) -> bool:
        return self.rounds_log <= DEAREST_LOG or self.rounds_log == AS_IT_IS


def read_lock(properties: bytes) -> Lock:
    """A byte of rounds and flags; sizes of salt and vector, less one if flagged; the two."""
    if not properties:
        raise ContentMalformed("encryption without properties")
    first = properties[0]
    if not first & 0xC0:
        return Lock(first & 0x3F, b"", bytes(BLOCK))
    if len(properties) < 2:
        raise ContentMalformed("encryption without sizes")
    salt_size = (first >> 7) + (properties[1] >> 4)
    vector_size = (first >> 6 & 1) + (properties[1] & 15)
    behind = properties[2:]
    if len(behind) != salt_size + vector_size:
        raise ContentMalformed("encryption with properties of another size")
    return Lock(first & 0x3F, behind[:salt_size], behind[salt_size:].ljust(BLOCK, b"\0"))


@dataclass(slots=True)
class Keys:
    """The keys of one scan: all folders of an archive tend to share one."""

    known: dict[str, dict[Lock, bytes]] = field(default_factory=dict)
    """By password, and by what it is mixed with."""

    def decrypt(self, lock: Lock, password: str, data: memoryview, size: int) -> bytes:
        """Return `size` bytes, without the padding; noise if the password is wrong."""
        whole = data[: len(data) // BLOCK * BLOCK]
        cipher = Cipher(algorithms.AES(self._key(lock, password)), modes.CBC(lock.vector))
        engine = cipher.decryptor()
        return (engine.update(whole) + engine.finalize())[:size]

    def _key(self, lock: Lock, password: str) -> bytes:
        known = self.known.setdefault(password, {})
        lock = lock.alike
        if lock not in known:
            spent = sum(1 << each.rounds_log for each in known if each.rounds_log != AS_IT_IS)
            if len(known) >= MOST_DERIVED or spent >= MOST_ROUNDS:
                raise ContentTooLarge("every folder has a key of its own")
            known[lock] = derive(password, lock)
        return known[lock]


def derive(password: str, lock: Lock) -> bytes:
    """Return the key.  Rounds are written into one buffer, 16,384 at a time, not hashed singly."""
    seed = lock.salt + password[:LONGEST].encode("utf-16-le", "replace")
    if lock.rounds_log == AS_IT_IS:
        return seed[:32].ljust(32, b"\0")
    step = 1 << min(lock.rounds_log, _STEP_LOG)
    unit, at = len(seed) + 8, len(seed)
    rounds = bytearray((seed + bytes(8)) * step)
    rounds[at::unit] = (_LOW * (step // 256 + 1))[:step]
    chain = hashlib.sha256()
    for first in range(0, 1 << lock.rounds_log, step):
        middle = b"".join(bytes([n >> 8 & 255]) * 256 for n in range(first, first + step, 256))
        rounds[at + 1 :: unit] = middle[:step]
        for place in range(2, 4):
            rounds[at + place :: unit] = bytes([first >> 8 * place & 255]) * step
        chain.update(rounds)
    return chain.digest()
