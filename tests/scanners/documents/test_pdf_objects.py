"""Objects of PDF are found wherever they stand: in revisions, object streams, odd spacing."""

import io
import time

import pikepdf
import pytest

from samples.pdf import document, packed_stream, stream
from scanners.budget import Budget
from scanners.documents.pdf_objects import MAX_HOPS, MAX_REVISIONS, PdfObjects
from scanners.documents.pdf_syntax import MAX_TOKENS, Reference
from scanners.model import Reason


def _objects(data: bytes, size: int = 64 * 1024 * 1024) -> PdfObjects:
    return PdfObjects(memoryview(data), Budget(time.monotonic() + 20, size, 100, 8))


def _all(objects: PdfObjects, number: int) -> list[object]:
    return list(objects.each(Reference(number)))


def _streams(objects: PdfObjects, number: int) -> list[bytes]:
    starts = objects.starts(Reference(number))
    return [bytes(stream.view) for start in starts for stream in objects.streams_at(start)]


def _read(data: bytes) -> list[bytes]:
    return _streams(_objects(data), 1)


def test_plain_objects_and_chains_of_references() -> None:
    objects = _objects(b"1 0 obj (a) endobj 2 0 obj 1 0 R endobj\n3 0 obj 3 0 R endobj")
    assert _all(objects, 1) == [b"a"]
    assert _all(objects, 2) == [b"a"]
    assert _all(objects, 3) == []
    assert _all(objects, 4) == []


def test_all_revisions_are_read_the_newest_first() -> None:
    data = b"".join(b"1 0 obj (%d) endobj\n" % number for number in range(MAX_REVISIONS + 1))
    newest = [b"%d" % number for number in range(MAX_REVISIONS, 0, -1)]
    objects = _objects(data[data.index(b"\n") :])
    assert _all(objects, 1) == newest
    assert not objects.failures
    objects = _objects(data)
    assert _all(objects, 1) == newest
    assert [failure.reason for failure in objects.failures] == [Reason.TOO_MANY]


def test_a_chain_longer_than_we_follow_is_told() -> None:
    data = b"".join(b"%d 0 obj %d 0 R endobj\n" % (n, n + 1) for n in range(1, MAX_HOPS + 1))
    data += b"%d 0 obj (a) endobj" % (MAX_HOPS + 1)
    objects = _objects(data)
    assert _all(objects, 2) == [b"a"]
    assert not objects.failures
    assert _all(objects, 1) == []
    assert [failure.reason for failure in objects.failures] == [Reason.TOO_MANY]


def test_references_in_circles_cost_little() -> None:
    objects = _objects(b"1 0 obj 2 0 R endobj 2 0 obj 1 0 R endobj\n" * 200)
    began = time.process_time()
    for _ in range(1000):
        assert _all(objects, 1) == []
    assert time.process_time() - began < 2
    assert not objects.failures


def test_what_is_asked_for_often_is_parsed_once() -> None:
    objects = _objects(b"1 0 obj [" + b"1 " * 100_000 + b"] endobj")
    began = time.process_time()
    for _ in range(1000):
        _all(objects, 1)
    assert time.process_time() - began < 5


def test_an_object_that_is_cut_is_told() -> None:
    objects = _objects(b"1 0 obj << /X [" + b"1 " * MAX_TOKENS + b"] /F 5 0 R >> endobj")
    _all(objects, 1)
    assert [failure.reason for failure in objects.failures] == [Reason.TOO_MANY]


def test_odd_spacing() -> None:
    data = b"7\0 0" + b" " * 500 + b"obj(a)endobj 118 0\tobj/B endobj 9 0obj 5 endobj xobj objobj"
    objects = _objects(data)
    assert [_all(objects, number) for number in (7, 118, 9)] == [[b"a"], ["B"], [5]]


def test_comments_in_the_head_of_an_object_hide_nothing() -> None:
    objects = _objects(b"7 % one 1 2\n0 %" + b"x" * 500 + b"\robj (a) endobj 8 0 %\nobj /B endobj")
    assert [_all(objects, number) for number in (7, 8)] == [[b"a"], ["B"]]


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
    found = [_streams(objects, number) for number in range(1, 5)]
    longer = data[data.index(b"stream\n", data.index(b"/Length 99")) + 7 :][:99]
    assert found == [[b"endstream in it"], [longer], [b"endstream in it"], []]


def test_where_length_and_mark_disagree_both_are_read() -> None:
    head = b"1 0 obj << /Length %d >> stream\n"
    assert _read(head % 3 + b"abcdef\nendstream") == [b"abcdef", b"abc"]
    assert _read(head % 17 + b"abc endstream def\r\n \nendstream") == [
        b"abc endstream def",
        b"abc ",
    ]
    assert _read(head % 6 + b"abcdef \n\nendstream") == [b"abcdef"]
    assert _read(head % 8 + b"abcdef\r\nendstream") == [b"abcdef\r\n"]
    assert _read(head % 0 + b"abc\nendstream") == [b"abc"]
    assert _read(head % 0 + b"\nendstream") == [b""]
    assert _read(head % 99 + b"abc") == [b"abc"]


def test_every_length_that_fits_counts() -> None:
    data = b"1 0 obj << /Length 8 0 R >> stream\nab endstream cd endstream"
    lengths = b"\n8 0 obj 15 endobj 8 0 obj 2 endobj 8 0 obj 4 endobj"
    assert _read(data + lengths) == [b"ab", b"ab endstream cd", b"ab e"]


def test_filters_may_be_references_and_names_with_escapes() -> None:
    coded = stream(b"clear").replace(b"/FlateDecode", b"[8 0 R]")
    objects = _objects(b"1 0 obj " + coded + b" endobj 8 0 obj /Flate#44ecode endobj")
    (start,) = objects.starts(Reference(1))
    (found,) = objects.streams_at(start)
    view, failure = objects.decoded(found)
    assert (bytes(view), failure) == (b"clear", None)


@pytest.mark.parametrize(
    "newer, gaps",
    [(b"/AHx", [Reason.TOO_MANY]), (b"/FlateDecode", []), (b"[[]]", [Reason.TOO_MANY])],
)
def test_that_a_stream_has_more_readings_is_told(newer: bytes, gaps: list[Reason]) -> None:
    coded = stream(b"clear").replace(b"/FlateDecode", b"8 0 R")
    filters = b" endobj 8 0 obj /FlateDecode endobj 8 0 obj " + newer + b" endobj"
    objects = _objects(b"1 0 obj " + coded + filters)
    (start,) = objects.starts(Reference(1))
    for found in objects.streams_at(start):
        objects.decoded(found)
    assert [failure.reason for failure in objects.failures] == gaps


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
