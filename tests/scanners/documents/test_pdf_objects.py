"""Objects of PDF are found wherever they stand: in revisions, object streams, odd spacing."""

import io
import time

import pikepdf

from samples.pdf import document, packed_stream, stream
from scanners.budget import Budget
from scanners.documents.pdf_objects import MAX_REVISIONS, PdfObjects
from scanners.documents.pdf_syntax import Reference
from scanners.model import Reason


def _objects(data: bytes, size: int = 64 * 1024 * 1024) -> PdfObjects:
    return PdfObjects(memoryview(data), Budget(time.monotonic() + 20, size, 100, 8))


def _all(objects: PdfObjects, number: int) -> list[object]:
    return list(objects.each(Reference(number)))


def test_plain_objects_and_chains_of_references() -> None:
    objects = _objects(b"1 0 obj (a) endobj 2 0 obj 1 0 R endobj\n3 0 obj 3 0 R endobj")
    assert _all(objects, 1) == [b"a"]
    assert _all(objects, 2) == [b"a"]
    assert _all(objects, 3) == []
    assert _all(objects, 4) == []


def test_the_newest_of_many_revisions_comes_first() -> None:
    data = b"".join(b"1 0 obj (%d) endobj\n" % number for number in range(9))
    newest = [b"%d" % number for number in range(8, 8 - MAX_REVISIONS, -1)]
    assert _all(_objects(data), 1) == newest


def test_odd_spacing() -> None:
    data = b"7\0 0" + b" " * 500 + b"obj(a)endobj 118 0\tobj/B endobj 9 0obj 5 endobj xobj objobj"
    objects = _objects(data)
    assert [_all(objects, number) for number in (7, 118, 9)] == [[b"a"], ["B"], [5]]


def test_objects_in_streams_are_found_with_any_spelling() -> None:
    packed = packed_stream({8: b"(a)", 9: b"<< /A 8 0 R >>"})
    for spelled in (packed, packed.replace(b"/ObjStm", b"/Obj#53tm")):
        objects = _objects(b"5 0 obj " + spelled + b" endobj")
        objects.open_packed()
        assert [_all(objects, 8), _all(objects, 9)] == [[b"a"], [{"A": Reference(8)}]]


def test_object_streams_of_a_real_writer() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.X = pdf.make_indirect(pikepdf.Dictionary(Y=pikepdf.String("needle")))
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    objects = _objects(out.getvalue())
    objects.open_packed()
    values = [_all(objects, number) for number in range(1, 9)]
    assert [{"Y": b"needle"}] in values


def test_streams_by_length_by_mark_and_by_reference() -> None:
    whole = stream(b"endstream in it", b"", coded=b"endstream in it")
    lying = whole.replace(b"/Length 15", b"/Length 99")
    referring = whole.replace(b"/Length 15", b"/Length 8 0 R")
    data = b"".join(
        b"%d 0 obj %b endobj\n" % (number, each)
        for number, each in enumerate((whole, lying, referring, b"<< /A 1 >>"), 1)
    )
    objects = _objects(data + b"8 0 obj 15 endobj")
    found = [[bytes(each.view) for _, each in objects.streams(Reference(n))] for n in range(1, 5)]
    assert found == [[b"endstream in it"], [b""], [b"endstream in it"], []]


def test_filters_may_be_references_and_names_with_escapes() -> None:
    coded = stream(b"clear").replace(b"/FlateDecode", b"[8 0 R]")
    objects = _objects(b"1 0 obj " + coded + b" endobj 8 0 obj /Flate#44ecode endobj")
    ((_, found),) = objects.streams(Reference(1))
    view, failure = objects.decoded(found)
    assert (bytes(view), failure) == (b"clear", None)


def test_broken_object_streams_are_told() -> None:
    for broken in (
        b"1 0 obj << /Type /ObjStm /First 99 >> stream\nx\nendstream endobj",
        b"1 0 obj << /Type /ObjStm >> stream\nx\nendstream endobj",
        b"1 0 obj << /Type /ObjStm /First 0 /Filter /Fl >> stream\nx\nendstream endobj",
    ):
        objects = _objects(broken)
        objects.open_packed()
        assert [failure.reason for failure in objects.failures] == [Reason.MALFORMED]


def test_an_object_stream_larger_than_the_budget_is_told() -> None:
    objects = _objects(document(b"", packed={9: b"(" + b"x" * 9999 + b")"}), size=100)
    objects.open_packed()
    assert [failure.reason for failure in objects.failures] == [Reason.TOO_LARGE]


def test_nothing_that_looks_like_objects() -> None:
    objects = _objects(b"/ObjStm obj 1 obj x 0 obj endobj")
    objects.open_packed()
    assert _all(objects, 1) == []
