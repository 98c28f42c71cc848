"""Pictures, documents, sound and film are what libmagic says."""

from collections.abc import Callable

import magic
import pytest

from samples import media

CASES = [
    (media.jpeg, "image/jpeg"),
    (lambda: media.jpeg(b"a comment"), "image/jpeg"),
    (media.png, "image/png"),
    (media.gif, "image/gif"),
    (media.bmp, "image/bmp"),
    (media.pdf, "application/pdf"),
    (media.rtf, "text/rtf"),
    (media.html, "text/html"),
    (media.wav, "audio/x-wav"),
    (media.mp3, "audio/mpeg"),
    (media.mp4, "video/mp4"),
]


@pytest.mark.parametrize("build, mime", CASES)
def test_libmagic_agrees(build: Callable[[], bytes], mime: str) -> None:
    assert magic.Magic(mime=True).from_buffer(build()) == mime


def test_jpeg_carries_its_comment() -> None:
    assert b"\xff\xfe\x00\x07hello" in media.jpeg(b"hello")


def test_pdf_offsets_are_true() -> None:
    data = media.pdf()
    start = int(data.split(b"startxref\n")[1].split(b"\n")[0])
    assert data[start:].startswith(b"xref\n0 6\n")
    rows = data[start:].split(b"\n")[3:8]
    for number, row in enumerate(rows, 1):
        assert data[int(row[:10]) :].startswith(b"%d 0 obj" % number)
