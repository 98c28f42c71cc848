"""WinZip's AES for ZIP members (winzip.com, "AES Encryption Information": AE-1 and AE-2)."""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SALT = b"douane salt is sixteen"
"""Chance elsewhere: specimens must not change."""
METHOD = 99
FIELD = 0x9901


def extra_field(*, version: int, strength: int, method: int) -> bytes:
    """Return the extra field that says how a member is encrypted, and compressed."""
    return struct.pack("<2HH2sBH", FIELD, 7, version, b"AE", strength, method)


def encrypt(data: bytes, password: bytes, strength: int = 3) -> bytes:
    """Return salt, verifier, encrypted data, authentication.  Strength 1, 2, 3: AES-128 to -256."""
    half = 4 * (strength + 1)
    salt = SALT[:half]
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 4 * half + 2)
    key, authentication, verifier = keys[: 2 * half], keys[2 * half : -2], keys[-2:]
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    count = -(-len(data) // 16)
    stream = cipher.update(b"".join(n.to_bytes(16, "little") for n in range(1, count + 1)))
    packed = bytes(one ^ other for one, other in zip(data, stream))
    return salt + verifier + packed + hmac.digest(authentication, packed, "sha1")[:10]
