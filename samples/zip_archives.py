"""ZIP archives that passwords open, and members packed as few programs pack them."""

import struct
import zlib
from dataclasses import dataclass

from samples import builders as b
from samples import zip_aes, zip_crypto
from samples.specimen import Specimen

DEFLATE64, PPMD = 9, 98
ZIP = "application/zip"
PASSWORD = b"infected"
"""Among those that everybody tries."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One member, packed and encrypted by the caller."""

    name: str
    data: bytes
    body: bytes
    method: int
    flags: int = 0
    extra: bytes = b""
    checksum: bool = True


def archive_of(*members: Packed) -> bytes:
    """Return a ZIP of these members.  (APPNOTE.TXT 6.3)"""
    data, directory = b"", b""
    for member in members:
        name = member.name.encode()
        checksum = zlib.crc32(member.data) if member.checksum else 0
        numbers = checksum, len(member.body), len(member.data), len(name), len(member.extra)
        fields = struct.pack("<5H3I2H", 51, member.flags, member.method, 0, 0x21, *numbers)
        place = struct.pack("<3H2I", 0, 0, 0, 0, len(data))
        directory += b"PK\1\2" + struct.pack("<H", 51) + fields + place + name + member.extra
        data += b"PK\3\4" + fields + name + member.extra + member.body
    count = len(members)
    end = struct.pack("<4H2IH", 0, 0, count, count, len(directory), len(data), 0)
    return data + directory + b"PK\5\6" + end


def aes_member(
    name: str, data: bytes, password: bytes = PASSWORD, *, strength: int = 3, version: int = 2
) -> Packed:
    """Return a deflated member encrypted with WinZip's AES; AE-2 states no checksum."""
    body = zip_aes.encrypt(b.raw_deflate(data), password, strength)
    extra = zip_aes.extra_field(version=version, strength=strength, method=b.DEFLATED)
    return Packed(name, data, body, zip_aes.METHOD, 1, extra, version == 1)


def crypto_member(name: str, data: bytes, password: bytes = PASSWORD) -> Packed:
    """Return a deflated member encrypted with ZipCrypto."""
    body = zip_crypto.encrypt(b.raw_deflate(data), password, zlib.crc32(data))
    return Packed(name, data, body, b.DEFLATED, 1)


def deflate64_member(name: str, data: bytes) -> Packed:
    """Pack without references: such a stream is the same in Deflate and Deflate64."""
    engine = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Packed(name, data, engine.compress(data) + engine.flush(), DEFLATE64)


TEXT = b"Plain text. " * 40
PPMD_TEXT = bytes.fromhex("0300501e1c89a49a8e508b44bcfd3a810001203e3cfe00")
"""TEXT by 7-Zip, with an order of 4 and 1 MiB."""


def zip_specimens() -> tuple[Specimen, ...]:
    opened, doubled = ("archive.encrypted",), ("archive.encrypted", "disguise.double_extension")
    return (
        Specimen(
            "infected-aes.zip", archive_of(aes_member("notes.txt", TEXT)), ZIP, expected=opened,
            about="Encrypted with AES-256 under a password that everybody tries.",
        ),
        Specimen(
            "infected-program.zip", archive_of(crypto_member("photo.jpg.exe", b.pe())), ZIP,
            expected=doubled, about="Encrypted as of old; the password is no secret.",
        ),
        Specimen(
            "locked-aes.zip", archive_of(aes_member("notes.txt", TEXT, b"nobody tries this")), ZIP,
            expected=("archive.encrypted", "unscanned.encrypted"),
            about="Encrypted with AES under a password that nobody tries.",
        ),
        Specimen(
            "deflate64.zip", archive_of(deflate64_member("notes.txt", TEXT)), ZIP,
            about="Method 9, as Windows packs large files.",
        ),
        Specimen(
            "ppmd.zip", archive_of(Packed("notes.txt", TEXT, PPMD_TEXT, PPMD)), ZIP,
            about="Method 98.",
        ),
        Specimen(
            "imploded.zip", archive_of(Packed("notes.txt", TEXT, TEXT[:50], 6)), ZIP,
            expected=("unscanned.malformed",), about="Method 6, which nothing maintained reads.",
        ),
        Specimen(
            "loose-member.zip", b.zip_of({"photo.jpg.exe": b.pe()})[:-22] + b.zip_of({}), ZIP,
            expected=("archive.ambiguous", "disguise.double_extension"),
            about="A program that no directory lists: only streaming readers unpack it.",
        ),
    )  # fmt: skip
