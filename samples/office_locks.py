"""Encrypted Office documents by code, always the same bytes ([MS-OFFCRYPTO], [MS-XLS] §2.2.10)."""

import base64
import struct
from hashlib import md5, sha1, sha512

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from samples.compound import WORD_CLASS, ole
from samples.compound_tree import compound

SALT = bytes(range(16))  # random elsewhere: specimens must not change
VERIFIER = b"inert verifier.."
SPINS = 1000
SEGMENT = 4096

_INFO = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" \
xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">\
<keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" \
cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="{salt}"/>\
<dataIntegrity encryptedHmacKey="" encryptedHmacValue=""/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">\
<p:encryptedKey spinCount="{spins}" saltSize="16" blockSize="16" keyBits="256" hashSize="64" \
cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="{salt}" \
encryptedVerifierHashInput="{verifier}" encryptedVerifierHashValue="{verifier_hash}" \
encryptedKeyValue="{key}"/></keyEncryptor></keyEncryptors></encryption>"""


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 0xFF
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 0xFF
        j = (j + state[i]) & 0xFF
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 0xFF])
    return bytes(out)


def agile(document: bytes, password: str, *, spins: int = SPINS) -> bytes:
    """Encrypt as Office 2010 and later does: AES-256, SHA-512 (§2.3.4.10 to §2.3.4.15)."""
    hashed = sha512(SALT + password.encode("utf-16-le")).digest()
    for number in range(spins):
        hashed = sha512(struct.pack("<I", number) + hashed).digest()

    def sealed(block: str, data: bytes) -> str:
        key = sha512(hashed + bytes.fromhex(block)).digest()[:32]
        return base64.b64encode(_cbc(key, SALT, data)).decode()

    key = sha512(b"inert key").digest()[:32]
    info = _INFO.format(
        salt=base64.b64encode(SALT).decode(),
        spins=spins,
        verifier=sealed("fea7d2763b4b9e79", VERIFIER),
        verifier_hash=sealed("d7aa0f6d3061344e", sha512(VERIFIER).digest()),
        key=sealed("146e0be7abacd0d6", key),
    )
    body = struct.pack("<Q", len(document))
    for number, at in enumerate(range(0, len(document), SEGMENT)):
        segment = document[at : at + SEGMENT]
        start = sha512(SALT + struct.pack("<I", number)).digest()[:16]
        body += _cbc(key, start, segment.ljust(-(-len(segment) // 16) * 16, b"\0"))
    return _package(struct.pack("<HHI", 4, 4, 0x40) + info.encode(), body)


def standard(document: bytes, password: str) -> bytes:
    """Encrypt as Office 2007 does: AES-128, SHA-1 of 50,000 rounds (§2.3.4.5 to §2.3.4.9)."""
    hashed = sha1(SALT + password.encode("utf-16-le")).digest()  # noqa: S324 - the format's
    for number in range(50_000):
        hashed = sha1(struct.pack("<I", number) + hashed).digest()  # noqa: S324
    hashed = sha1(hashed + bytes(4)).digest()  # noqa: S324
    mixed = bytes(a ^ 0x36 for a in hashed.ljust(64, b"\0"))
    key = sha1(mixed).digest()[:16]  # noqa: S324
    encryptor = Cipher(AES(key), modes.ECB()).encryptor()  # noqa: S305 - the format's
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + b"\0\0"
    verifier_hash = sha1(VERIFIER).digest().ljust(32, b"\0")  # noqa: S324
    info = struct.pack("<HHII", 3, 2, 0x24, len(header)) + header
    info += struct.pack("<I", 16) + SALT + encryptor.update(VERIFIER)
    info += struct.pack("<I", 20) + encryptor.update(verifier_hash)
    padded = document.ljust(-(-len(document) // 16) * 16, b"\0")
    return _package(info, struct.pack("<Q", len(document)) + encryptor.update(padded))


def workbook(password: str, text: bytes = b"inert text") -> bytes:
    """Return a workbook of Excel 97 under RC4 with a key of 40 bits (§2.3.6), its text a record."""
    records = [
        (0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)),  # BOF
        (0x002F, struct.pack("<H", 1) + _rc4_header(password)),  # FilePass
        (0x005C, text.ljust(114)),  # WriteAccess; what pads the stream has to be whole records
        (0x000A, b""),  # EOF
    ]
    plain = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)
    stream = bytearray(rc4(_rc4_key(password, 0), plain))
    at = 0
    for kind, body in records:
        clear = 4 + len(body) * (kind in (0x0809, 0x002F))
        stream[at : at + clear] = plain[at : at + clear]
        at += 4 + len(body)
    return ole({"Workbook": bytes(stream)})


def letter(password: str, text: bytes = b"inert text") -> bytes:
    """Return a document of Word 97 under the same ([MS-DOC] §2.2.6.2): one block of text."""
    header = _rc4_header(password)
    head = struct.pack("<6HI", 0xA5EC, 0xC1, 0, 0, 0, 0x0300, len(header)).ljust(68, b"\0")
    body = rc4(_rc4_key(password, 0), bytes(68) + text.ljust(512 - 68))[68:]
    return ole({"WordDocument": head + body, "1Table": header}, clsid=WORD_CLASS)


def _rc4_header(password: str) -> bytes:
    verifier = VERIFIER + md5(VERIFIER).digest()  # noqa: S324 - the format's
    return struct.pack("<HH", 1, 1) + SALT + rc4(_rc4_key(password, 0), verifier)


def _rc4_key(password: str, block: int) -> bytes:
    short = md5(password.encode("utf-16-le")).digest()[:5]  # noqa: S324 - the format's
    short = md5((short + SALT) * 16).digest()[:5]  # noqa: S324
    return md5(short + struct.pack("<I", block)).digest()  # noqa: S324


def _cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    return Cipher(AES(key), modes.CBC(start)).encryptor().update(data)


def _package(info: bytes, body: bytes) -> bytes:
    return compound({"EncryptionInfo": info, "EncryptedPackage": body})
