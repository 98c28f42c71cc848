"""ZipCrypto, the old ZIP encryption (APPNOTE.TXT 6.3 §6.1).  Weak, and known to every reader."""

import zlib

MASK = 0xFFFFFFFF
SALT = b"douane-salt"  # eleven bytes that are random elsewhere: specimens must not change


def _crc_table() -> tuple[int, ...]:
    # crc32 of one byte n, with the pre- and post-inversion of zlib taken out, is entry n.
    return tuple(zlib.crc32(bytes([n]), MASK) ^ MASK for n in range(256))


CRC = _crc_table()


class _Keys:
    """The three rolling keys; every plain byte changes them."""

    def __init__(self, password: bytes) -> None:
        self.a, self.b, self.c = 0x12345678, 0x23456789, 0x34567890
        for byte in password:
            self.update(byte)

    def update(self, byte: int) -> None:
        self.a = (self.a >> 8) ^ CRC[(self.a ^ byte) & 0xFF]
        self.b = ((self.b + (self.a & 0xFF)) * 134775813 + 1) & MASK
        self.c = (self.c >> 8) ^ CRC[(self.c ^ (self.b >> 24)) & 0xFF]

    def encrypt(self, byte: int) -> int:
        t = (self.c | 2) & 0xFFFF
        self.update(byte)
        return byte ^ ((t * (t ^ 1)) >> 8) & 0xFF


def encrypt(data: bytes, password: bytes, checksum: int) -> bytes:
    """Return the 12-byte encryption header and the data, both encrypted.

    The last byte of the header is the highest of the CRC-32: readers check a password by it.
    """
    keys = _Keys(password)
    return bytes(keys.encrypt(byte) for byte in SALT + bytes([checksum >> 24]) + data)
