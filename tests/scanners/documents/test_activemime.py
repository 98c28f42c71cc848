"""ActiveMime: what is compressed in it is a child that clamd gets."""

import base64
import zlib
from collections.abc import Callable

from samples import office_parts as o
from samples.compound_tree import compound
from samples.vba import vba_storage
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MACRO = compound(vba_storage({"M": 'Sub AutoOpen()\n Shell "calc"\nEnd Sub\n'}))


def test_macros_are_found(run: Examine, findings: Findings) -> None:
    found = run(o.active_mime(MACRO), name="editdata.mso")
    assert findings(found) == {"document.macro"}
    assert MACRO in [bytes(part.view) for part in found.extracted]


def test_at_another_place(run: Examine, findings: Findings) -> None:
    data = b"ActiveMime".ljust(0x40, b"\1") + zlib.compress(MACRO)
    assert findings(run(data)) == {"document.macro"}


def test_within_a_page_saved_as_one_file(run: Examine, findings: Findings) -> None:
    page = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    page += b"Content-Transfer-Encoding: base64\r\nContent-Type: application/x-mso\r\n\r\n"
    page += base64.encodebytes(o.active_mime(MACRO)) + b"\r\n--x--\r\n"
    assert "document.macro" in findings(run(page, name="letter.doc"))


def test_nothing_compressed_is_malformed(run: Examine, findings: Findings) -> None:
    assert findings(run(b"ActiveMime".ljust(0x400, b"\0"))) == {"unscanned.malformed"}


def test_a_cut_stream_keeps_what_came_before(run: Examine, findings: Findings) -> None:
    found = run(o.active_mime(MACRO + bytes(5000))[:-9])
    assert findings(found) == {"document.macro", "unscanned.malformed"}


def test_a_bomb(run: Examine, findings: Findings) -> None:
    found = run(o.active_mime(bytes(30_000_000)))
    assert findings(found) == {"archive.bomb", "unscanned.too_large"}
