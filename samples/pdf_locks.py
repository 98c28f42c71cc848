"""Encrypted PDF by code, always the same bytes (ISO 32000-2 §7.6): the oldest way and today's."""

import struct
from hashlib import md5, sha256, sha384, sha512

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from samples.office_locks import rc4

PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
ID = bytes(range(16))
PERMISSIONS = -4
TEXT = b"Inert specimen"
HASHES = (sha256, sha384, sha512)
FILTERS = (
    b"/CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >> /StmF /StdCF /StrF /StdCF"
)


def locked_pdf(user: bytes, owner: bytes = b"owner", text: bytes = TEXT) -> bytes:
    """Return a document under RC4 with a key of 40 bits, revision 2 (§7.6.4.3).

    An empty user password opens for everybody.
    """
    sealed_owner = rc4(_short_hash((owner + PAD)[:32]), (user + PAD)[:32])
    permissions = struct.pack("<i", PERMISSIONS)
    key = _short_hash((user + PAD)[:32] + sealed_owner + permissions + ID)
    body = rc4(md5(key + b"\4\0\0\0\0").digest()[:10], _page(text))  # noqa: S324 - the format's
    values = (PERMISSIONS, sealed_owner.hex().encode(), rc4(key, PAD).hex().encode())
    return _document(body, b"/V 1 /R 2 /P %d /O <%b> /U <%b>" % values)


def locked_pdf_aes(user: bytes, owner: bytes = b"owner", text: bytes = TEXT) -> bytes:
    """Return a document under AES with a key of 256 bits, revision 6 (§7.6.4.4)."""
    key, salts = sha256(b"inert key").digest(), (b"validate", b"make-key")
    sealed_user = _hash(user, salts[0]) + b"".join(salts)
    user_key = _cbc(_hash(user, salts[1]), bytes(16), key)
    sealed_owner = _hash(owner, salts[0], sealed_user) + b"".join(salts)
    owner_key = _cbc(_hash(owner, salts[1], sealed_user), bytes(16), key)
    told = struct.pack("<i", PERMISSIONS) + b"\xff\xff\xff\xffTadbsame"
    permissions = Cipher(AES(key), modes.ECB()).encryptor().update(told)  # noqa: S305
    page = _page(text)
    body = ID + _cbc(key, ID, page + bytes([16 - len(page) % 16]) * (16 - len(page) % 16))
    sealed = (sealed_user, user_key, sealed_owner, owner_key, permissions)
    names = (b"U", b"UE", b"O", b"OE", b"Perms")
    keys = b" ".join(b"/%b <%b>" % (name, part.hex().encode()) for name, part in zip(names, sealed))
    return _document(body, b"/V 5 /R 6 /Length 256 /P %d %b %b" % (PERMISSIONS, FILTERS, keys))


def _document(body: bytes, encryption: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(body), body),
        b"<< /Filter /Standard %b >>" % encryption,
    ]
    data, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, item in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    count, hexed = len(objects) + 1, ID.hex().encode()
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Encrypt 5 0 R /ID [<%b> <%b>] >>\n"
    end = trailer % (count, hexed, hexed) + b"startxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 %d\n" % count + table + end


def _page(text: bytes) -> bytes:
    return b"BT /F1 12 Tf 72 720 Td (%b) Tj ET" % text


def _short_hash(data: bytes) -> bytes:
    return md5(data).digest()[:5]  # noqa: S324 - the format's


def _hash(password: bytes, salt: bytes, more: bytes = b"") -> bytes:
    """Return the hash of revision 6 (§7.6.4.3.4, algorithm 2.B)."""
    hashed, number, last = sha256(password + salt + more).digest(), 0, 0
    while number < 64 or last > number - 32:
        mixed = _cbc(hashed[:16], hashed[16:32], (password + hashed + more) * 64)
        hashed = HASHES[sum(mixed[:16]) % 3](mixed).digest()
        number, last = number + 1, mixed[-1]
    return hashed[:32]


def _cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    return Cipher(AES(key), modes.CBC(start)).encryptor().update(data)
