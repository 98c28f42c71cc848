"""Bodies in chunks with signatures, as clients of Amazon S3 send them: "aws-chunked".

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html; without signatures the same as
chunked transfer coding (RFC 9112 §7.1), which parts of a batch may have.
"""

import re
from collections.abc import Iterator

from scanners.errors import ContentMalformed
from scanners.inflate import PIECE

_HEAD = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;[!-~]{0,256}+)?\r\n")
_TRAILER = re.compile(rb"(?:[!-9;-~]{1,80}:[ -~]{0,512}\r\n){0,16}+(?:\r\n)?+\Z")


def unchunk(view: memoryview) -> Iterator[bytes]:
    """Yield what the chunks hold; only trailers may follow them, and no extension holds a file."""
    at, small = 0, bytearray()
    while head := _HEAD.match(view, at):
        size, at = int(head[1], 16), head.end()
        if not size:
            yield bytes(small)
            if _TRAILER.match(view, at):
                return
            raise ContentMalformed("more than trailers behind the last chunk")
        end = at + size
        if bytes(view[end : end + 2]) != b"\r\n":
            break
        if len(small) + size > PIECE:
            yield bytes(small)
            small.clear()
        if size > PIECE:
            for start in range(at, end, PIECE):
                yield bytes(view[start : min(start + PIECE, end)])
        else:
            small += view[at:end]
        at = end + 2
    yield bytes(small)
    raise ContentMalformed("broken chunks")
