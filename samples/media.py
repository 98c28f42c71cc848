"""Pictures, documents, sound and film: the smallest valid file of each type."""

import struct
import zlib


def jpeg(comment: bytes = b"") -> bytes:
    """Return a grey 1x1 baseline JPEG; `comment` goes into a COM segment.  (ITU-T T.81)"""

    def segment(marker: int, payload: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload

    one_code = b"\x01" + bytes(15) + b"\0"  # a Huffman table with the single symbol 0
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xFE, comment) if comment else b"",
            segment(0xDB, b"\0" + b"\x01" * 64),
            segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
            segment(0xC4, b"\0" + one_code),
            segment(0xC4, b"\x10" + one_code),
            segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            b"\x3f\xff\xd9",
        ]
    )


def png() -> bytes:
    """Return a grey 1x1 PNG.  (ISO/IEC 15948)"""

    def chunk(kind: bytes, payload: bytes) -> bytes:
        checksum = zlib.crc32(kind + payload)
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def gif() -> bytes:
    """Return a black 1x1 GIF89a."""
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + screen + image + b"\x3b"


def bmp() -> bytes:
    """Return a black 1x1 bitmap."""
    header = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0)
    return struct.pack("<2sIHHI", b"BM", 58, 0, 0, 54) + header + bytes(4)


def pdf(text: str = "Inert specimen") -> bytes:
    """Return a one-page PDF 1.4 with a correct cross-reference table.  (ISO 32000-1 §7.5)"""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(data))
    return data + b"xref\n0 %d\n" % count + table + trailer


def rtf() -> bytes:
    return rb"{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}\f0\fs24 Inert specimen.\par}"


def html(body: str = "Inert specimen.") -> bytes:
    return (
        f"<!DOCTYPE html>\n<html><head><title>t</title></head><body>{body}</body></html>\n".encode()
    )


def wav() -> bytes:
    """Return ten milliseconds of silence, 8 kHz mono."""
    sound = b"\x80" * 80
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    chunks = b"WAVE" + form + struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI", b"RIFF", len(chunks)) + chunks


def mp3() -> bytes:
    """Return an empty ID3v2.3 tag and two silent MPEG-1 layer III frames."""
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    return b"ID3\x03\0\0\0\0\0\0" + frame * 2


def mp4() -> bytes:
    """Return a film without tracks: a file type box and an empty movie box."""
    brand = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp41")
    header = struct.pack(">I4sIIIIIIH10x36x24xI", 108, b"mvhd", 0, 0, 0, 1000, 0, 0x10000, 256, 1)
    return brand + struct.pack(">I4s", 8 + len(header), b"moov") + header
