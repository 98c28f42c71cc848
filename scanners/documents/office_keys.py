"""How an encrypted Office document says it is encrypted, and what opens it ([MS-OFFCRYPTO]).

OOXML in a compound file: agile (§2.3.4.10) and standard (§2.3.4.5) encryption; RC4 and XOR of the
formats before (.doc, .xls, .ppt).
"""

import base64
import binascii
import io
import logging
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import msoffcrypto
from msoffcrypto.format import doc97, ppt97, xls97
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from msoffcrypto.method.ecma376_standard import ECMA376Standard

from scanners.errors import ContentMalformed
from scanners.ole.compound import Compound

MOST_SPINS = 1_000_000
"""Rounds of hashing that are made for a guess, in half a second; Office makes 100,000."""
MOST_ENCRYPTION_INFO = 64 * 1024
LARGEST_OLD = 16 * 1024 * 1024
"""Bytes of a .doc, .xls or .ppt: they are decrypted byte by byte."""
RECORDS = 64
"""Of a workbook among which the one that says it is encrypted stands."""
HASHES = frozenset({"SHA1", "SHA256", "SHA384", "SHA512"})

_KEY_DATA = re.compile(rb"<(?:\w+:)?keyData\s([^<>]{1,2000})>")
_PASSWORD_KEY = re.compile(rb"<(?:\w+:)?encryptedKey\s([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"([A-Za-z]{1,40})\s*=\s*[\"']([^\"']{0,1000})[\"']")

for _format in (doc97, ppt97, xls97):
    _format.tempfile = SimpleNamespace(TemporaryFile=io.BytesIO)  # a worker can open no file

logging.getLogger("msoffcrypto").setLevel(logging.CRITICAL)  # it logs passwords
logging.getLogger("olefile").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Lock:
    """One encrypted document."""

    opens: Callable[[str], bool]
    """Tries a password; may raise whatever its library does on broken files."""
    clear: Callable[[str], bytes]
    """Returns the document in clear, for a password that opens it."""


def find_lock(view: memoryview, compound: Compound) -> Lock | None:
    """Return how the document is encrypted; None if it is not.

    Raises ContentMalformed if it is in a way that nobody, or only a certificate, can open.
    """
    package = compound.find(0, "EncryptedPackage")
    if package is not None:
        described = compound.find(0, "EncryptionInfo")
        if described is None:
            raise ContentMalformed("rights management, or nothing that says how it is encrypted")
        told = bytes(compound.read(described, MOST_ENCRYPTION_INFO))
        return _package_lock(told, compound.read(package))
    if any(check(compound) for check in (_is_locked_word, _is_locked_book, _is_locked_slides)):
        if len(view) > LARGEST_OLD:
            raise ContentMalformed("too large to be decrypted byte by byte")
        return _old_lock(view)
    return None


def _package_lock(told: bytes, package: memoryview) -> Lock:
    major, minor = struct.unpack_from("<HH", told.ljust(4, b"\0"))
    if (major, minor) == (4, 4):
        return _agile_lock(told[8:], package)
    if major in (2, 3, 4) and minor == 2:
        return _standard_lock(told[4:], package)
    raise ContentMalformed("an unknown kind of encryption")


def _agile_lock(xml: bytes, package: memoryview) -> Lock:
    data, key = _attributes(_KEY_DATA, xml), _attributes(_PASSWORD_KEY, xml)
    names = (data.get("hashAlgorithm", ""), key.get("hashAlgorithm", ""))
    spins = int(key.get("spinCount", "0"))
    if not HASHES.issuperset(names) or data.get("cipherAlgorithm") != "AES" or spins > MOST_SPINS:
        raise ContentMalformed("an unknown cipher, or far too many rounds")
    salt, hashed, bits = _binary(key, "saltValue"), names[1], int(key.get("keyBits", "0"))

    def opens(password: str) -> bool:
        sealed = (
            _binary(key, "encryptedVerifierHashInput"),
            _binary(key, "encryptedVerifierHashValue"),
        )
        return bool(ECMA376Agile.verify_password(password, salt, hashed, *sealed, spins, bits))

    def clear(password: str) -> bytes:
        sealed = _binary(key, "encryptedKeyValue")
        made = ECMA376Agile.makekey_from_password(password, salt, hashed, sealed, spins, bits)
        body = io.BytesIO(_whole_blocks(package))
        return bytes(ECMA376Agile.decrypt(made, _binary(data, "saltValue"), names[0], body))

    return Lock(opens, clear)


def _standard_lock(told: bytes, package: memoryview) -> Lock:
    _, size = struct.unpack_from("<II", told.ljust(8, b"\0"))
    header, rest = told[8 : 8 + size], told[8 + size :]
    if len(header) < 32 or len(rest) < 72:
        raise ContentMalformed("the description of the encryption breaks off")
    _, _, cipher, _, key_bits, provider = struct.unpack_from("<6I", header)
    if cipher not in (0x660E, 0x660F, 0x6610):
        raise ContentMalformed("an unknown cipher")
    salt, verifier, verifier_hash = rest[4:20], rest[20:36], rest[40:72]

    def made(password: str) -> bytes:
        return bytes(
            ECMA376Standard.makekey_from_password(
                password, cipher, 0x8004, provider, key_bits, 16, salt
            )
        )

    return Lock(
        lambda password: bool(ECMA376Standard.verifykey(made(password), verifier, verifier_hash)),
        lambda password: bytes(
            ECMA376Standard.decrypt(made(password), io.BytesIO(_whole_blocks(package)))
        ),
    )


def _old_lock(view: memoryview) -> Lock:
    document = msoffcrypto.OfficeFile(io.BytesIO(view))

    def opens(password: str) -> bool:
        try:
            document.load_key(password=password)
        except msoffcrypto.exceptions.InvalidKeyError:
            return False
        return True

    def clear(password: str) -> bytes:
        document.load_key(password=password)
        body = io.BytesIO()
        document.decrypt(body)
        return body.getvalue()

    return Lock(opens, clear)


def _whole_blocks(package: memoryview) -> bytes:
    """Return the size in front and as many blocks of the cipher as are whole."""
    return bytes(package[: 8 + (max(0, len(package) - 8) // 16) * 16])


def _attributes(element: re.Pattern[bytes], xml: bytes) -> dict[str, str]:
    found = element.search(xml)
    if found is None:
        raise ContentMalformed("no password opens it")
    pairs = _ATTRIBUTE.findall(found[1])
    return {name.decode("ascii"): value.decode("latin-1") for name, value in pairs}


def _binary(attributes: dict[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(attributes.get(name, ""))
    except (binascii.Error, ValueError):
        raise ContentMalformed("a key that is none") from None


def _stream(compound: Compound, size: int, *names: str) -> bytes:
    for name in names:
        if (entry := compound.find(0, name)) is not None:
            return bytes(compound.read(entry, size))
    return b""


def _is_locked_word(compound: Compound) -> bool:
    """Say whether the header of a document says so ([MS-DOC] §2.5.2, FibBase)."""
    head = _stream(compound, 32, "WordDocument")
    return len(head) >= 12 and bool(head[11] & 0x01)


def _is_locked_book(compound: Compound) -> bool:
    """Say whether a record FilePass stands at the beginning of a workbook ([MS-XLS] §2.4.117)."""
    book, at = _stream(compound, 64 * 1024, "Workbook", "Book"), 0
    for _ in range(RECORDS):
        if at + 4 > len(book):
            break
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == 0x2F:
            return True
        at += 4 + size
    return False


def _is_locked_slides(compound: Compound) -> bool:
    """Say whether the atom of the current user says so ([MS-PPT] §2.3.2)."""
    return _stream(compound, 16, "Current User")[12:16] == b"\xdf\xc4\xd1\xf3"
