"""The requests that are played: RESPMOD with `Allow: 204`, bodies of several kinds; OPTIONS."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from samples.builders import pe

OPTIONS = b"OPTIONS icap://127.0.0.1/respmod ICAP/1.0\r\nHost: 127.0.0.1\r\n\r\n"

KiB = 1024
MiB = 1024 * KiB

STAMP = b"@@@@-UNIQUE-@@@@"
"""icapload puts 16 hex digits of their own in its place in every request it sends."""
CHUNK_BYTES = 64 * KiB  # what Squid sends at most in one chunk
WORDS = b"the of customs post looks at every parcel before it may enter or leave this town".split()


def random_bytes(size: int, noise: random.Random) -> bytes:
    return noise.randbytes(size)


def text(size: int, noise: random.Random) -> bytes:
    """Return lines of English words."""
    line = b" ".join(noise.choices(WORDS, k=12)) + b".\n"
    lines = [line]
    length = len(line)
    while length < size:
        line = b" ".join(noise.choices(WORDS, k=12)) + b".\n"
        lines.append(line)
        length += len(line)
    return b"".join(lines)[:size]


def portable_executable(size: int, noise: random.Random) -> bytes:
    """Return a valid, inert PE whose one section is noise; `size`: a multiple of 512, ≥ 1024."""
    return pe([noise.randbytes(size - 512 - 16 - 1)])


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of file, honestly named and declared, that every checker should pass."""

    file_name: str
    declared_type: str
    make: Callable[[int, random.Random], bytes]


KINDS = {
    "random": Kind("data.bin", "application/octet-stream", random_bytes),
    "text": Kind("notes.txt", "text/plain", text),
    "pe": Kind("setup.exe", "application/x-msdownload", portable_executable),
}


def body(kind: str, size: int, seed: int, *, unique: bool) -> bytes:
    """Return `size` bytes; with `unique` the last 16 of them are STAMP."""
    content = KINDS[kind].make(size, random.Random(seed))
    return content[:-16] + STAMP if unique else content


def respmod(service: str, kind: str, content: bytes, *, allow_204: bool = True) -> bytes:
    """Return one whole RESPMOD request (RFC 3507 §4.9.1) without preview, the body in chunks."""
    file_name, declared_type = KINDS[kind].file_name, KINDS[kind].declared_type
    http_request = (
        f"GET http://files.example/{file_name} HTTP/1.1\r\nHost: files.example\r\n\r\n"
    ).encode()
    http_response = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {declared_type}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode()
    offsets = (len(http_request), len(http_request) + len(http_response))
    head = (
        f"RESPMOD icap://127.0.0.1/{service} ICAP/1.0\r\nHost: 127.0.0.1\r\n"
        + ("Allow: 204\r\n" if allow_204 else "")
        + f"Encapsulated: req-hdr=0, res-hdr={offsets[0]}, res-body={offsets[1]}\r\n\r\n"
    ).encode()
    return b"".join((head, http_request, http_response, chunked(content)))


def chunked(content: bytes) -> bytes:
    """Return the body in chunks that never split the STAMP at its end."""
    cut = max(0, len(content) - len(STAMP))
    starts = range(0, cut, CHUNK_BYTES)
    pieces = [content[start : min(start + CHUNK_BYTES, cut)] for start in starts]
    pieces.append(content[cut:])
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces if p) + b"0\r\n\r\n"


def write_requests(
    folder: Path, service: str, kind: str, size: int, count: int, *, unique: bool = False
) -> list[Path]:
    """Write `count` requests of distinct bodies and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for seed in range(count):
        path = folder / f"{service}-{kind}-{size}-{seed}{'-unique' if unique else ''}.icap"
        path.write_bytes(respmod(service, kind, body(kind, size, seed, unique=unique)))
        paths.append(path)
    return paths
