"""Content codings and transfer encodings: bounded, repeatable, and what peers decode is the same.

Input: a byte that chooses the decoder, then the coded body.
"""

import binascii
import quopri
import time
import zlib
from contextlib import suppress

import brotli
import zstandard

from scanners import coding, inflate, transfer_encoding
from scanners.archives.streams import StreamContainer
from scanners.budget import Budget
from scanners.coding import CodingScanner
from scanners.model import Content
from tests.fuzz.tree import BYTES, DEPTH, KIT, MEMBERS, SECONDS, examine_twice

DECODERS: list[inflate.Decoder] = [
    *coding.DECODERS.values(),
    inflate.gzip,
    inflate.raw_deflate,
    inflate.bzip2,
    inflate.xz,
    inflate.zip_lzma,
    transfer_encoding.base64,
    transfer_encoding.quoted_printable,
]
NAMES = [*coding.DECODERS]


def fuzz_one(data: bytes) -> None:
    choice, body = data[0] if data else 0, data[1:]
    decoder = DECODERS[choice % len(DECODERS)]
    first, second = (unpack(decoder, body) for _ in range(2))
    assert bytes(first.data) == bytes(second.data)
    assert type(first.failure) is type(second.failure)
    assert len(first.data) <= BYTES
    if first.failure is None:
        check_peer(decoder, body, bytes(first.data))
    codings = tuple(NAMES[choice >> shift & 3] for shift in range(0, choice & 6, 2))
    content = Content(memoryview(body), codings=codings, name="a.gz", declared_type="text/plain")
    examine_twice(content, CodingScanner(), StreamContainer(KIT))


def unpack(decoder: inflate.Decoder, body: bytes) -> inflate.Unpacked:
    budget = Budget(time.monotonic() + SECONDS, BYTES, MEMBERS, DEPTH)
    return inflate.unpack(decoder, memoryview(body), budget, ceiling=None)


def check_peer(decoder: inflate.Decoder, body: bytes, decoded: bytes) -> None:
    """What is called whole is what the library decodes at once."""
    if decoder is inflate.br:
        engine = brotli.Decompressor()
        assert decoded == engine.process(body)
    elif decoder is inflate.raw_deflate:
        assert decoded == zlib.decompress(body, -zlib.MAX_WBITS)
    elif decoder is inflate.zstd and zstandard.frame_content_size(body) >= len(decoded) > 0:
        assert decoded == zstandard.ZstdDecompressor().decompress(body)
    elif decoder is transfer_encoding.base64:
        with suppress(binascii.Error):  # it wants padding, receivers do not
            assert decoded == binascii.a2b_base64(body)
    elif decoder is transfer_encoding.quoted_printable:
        assert decoded == quopri.decodestring(body)
