"""The compression methods of ZIP members, and the bounded unpacking of one (APPNOTE §4.4.5)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import inflate64

from scanners import inflate
from scanners.archives import libarchive
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.inflate import WINDOW, Decoder
from scanners.members import FREE_BYTES, RATIO

STORED, PPMD = 0, 98
CLAMD_DECODES = frozenset({STORED, 8, 9, 12})
"""What clamd 1.4 unpacks itself (libclamav/unzip.c), of what we do."""
DEFLATE64_FEED = 256
"""Bytes given to the decoder at once: it answers with all that they decode to, at most 6.5 MiB."""
LARGEST = 0xFFFFFFFF
"""Bytes of a member that stands alone: its header has no ZIP64 field."""


def deflate64(view: memoryview) -> Iterator[bytes]:
    """Method 9: deflate with a window of 64 KiB and longer matches.

    inflate64 1.0 keeps every object that it is fed: it gets the same one each time.
    """
    engine = inflate64.Inflater()
    feed = memoryview(bytearray(DEFLATE64_FEED))
    at = 0
    try:
        while not engine.eof and at < len(view):
            piece = view[at : at + DEFLATE64_FEED]
            feed[: len(piece)] = piece
            at += len(piece)
            yield engine.inflate(feed if len(piece) == len(feed) else feed[: len(piece)])
    except (ValueError, RuntimeError, EOFError) as error:
        raise ContentMalformed("broken deflate64 stream") from error
    if not engine.eof:
        raise ContentMalformed("deflate64 stream ends too soon")
    if at < len(view):
        raise ContentMalformed("more than one stream")


DECODERS: dict[int, Decoder] = {
    8: inflate.raw_deflate,
    9: deflate64,
    12: inflate.bzip2,
    14: inflate.zip_lzma,
    93: inflate.zstd,
    95: inflate.xz,
}
"""Beside these: stored, and PPMd.  The rest is a gap: shrunk, reduced, imploded (1 to 6) and what
WinZip alone packs (JPEG, WavPack, MP3), which no maintained reader knows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one member."""

    view: memoryview
    failure: ScannerError | None = None
    bomb: bool = False


def unpack(packed: memoryview, method: int, budget: Budget) -> Reading:
    """Return what the packed bytes hold, up to a size that honest data stays below."""
    if method == STORED:
        budget.spend_bytes(len(packed))  # overlapping members may name the same bytes often
        return Reading(packed)
    ceiling = max(FREE_BYTES, RATIO * len(packed))
    if method == PPMD:
        return _ppmd(packed, budget, ceiling)
    decoder = DECODERS.get(method)
    if decoder is None:
        return Reading(memoryview(b""), ContentMalformed(f"compression method {method}"))
    unpacked = inflate.unpack(decoder, packed, budget, ceiling)
    return Reading(unpacked.view, unpacked.failure, unpacked.bomb)


def _ppmd(packed: memoryview, budget: Budget, ceiling: int) -> Reading:
    """Method 98, PPMd variant I revision 1 behind two bytes of parameters (§5.10).

    By libarchive: pyppmd 1.3 overwrites its own memory on damaged streams (measured).
    """
    memory = (int.from_bytes(packed[:2], "little") >> 4 & 0xFF) + 1 << 20
    if memory > WINDOW:
        return Reading(memoryview(b""), ContentMalformed("PPMd wants too much memory"))
    return read_alone(packed, PPMD, LARGEST - 1, budget, ceiling)


def read_alone(
    packed: memoryview,
    method: int,
    size: int,
    budget: Budget,
    ceiling: int,
    *,
    password: bytes = b"",
    check: int = 0,
) -> Reading:
    """Have libarchive read a member as if it were alone in an archive; checksums are not asked.

    Nor are sizes: the caller compares both.
    `check` is what the last byte of ZipCrypto's header decrypts to.
    """
    if len(packed) > LARGEST:
        return Reading(memoryview(b""), ContentMalformed("too large to stand alone"))
    flags = 1 if password else 0
    numbers = (check << 24, len(packed), size)
    head = struct.pack("<4s5H3I2H1s", b"PK\3\4", 63, flags, method, 0, 0, *numbers, 1, 0, b"a")
    archive = memoryview(head + bytes(packed))
    members = libarchive.members(
        archive,
        ("zip_streamable",),
        budget,
        options="zip:ignorecrc32",
        passphrase=password.decode("utf-8", "surrogateescape") or None,
    )
    try:
        data = next(members).read(budget, ceiling)
    except (StopIteration, ScannerError) as error:
        failure = error if isinstance(error, ScannerError) else ContentMalformed("no member")
        return Reading(memoryview(b""), failure)
    finally:
        members.close()
    warned = isinstance(data.failure, libarchive.Warned)
    return Reading(data.view, None if warned else data.failure, data.bomb)
