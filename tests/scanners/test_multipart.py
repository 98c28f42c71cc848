"""Multipart bodies: every part that some receiver would see is seen, whatever the sender writes."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.builders import Part
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.model import Content, Examination, Reason, Report
from scanners.multipart import MultipartScanner

MakeBudget = Callable[..., Budget]
Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]

PE = builders.pe()
PHOTO = 'Content-Disposition: form-data; name="f"; filename="photo.jpg"'
FORM = builders.multipart(
    [Part("comment", b"hello"), Part("file", PE, file_name="photo.jpg", content_type="image/jpeg")],
    "b",
)


def _scan(data: bytes, budget: Budget, boundary: str = "b") -> Report:
    parameters = (("boundary", boundary),)
    content = Content(memoryview(data), declared_type="multipart/form-data", parameters=parameters)
    return MultipartScanner().scan(content, budget)


def _body(*parts: str | bytes) -> bytes:
    raw = (part if isinstance(part, bytes) else part.encode() for part in parts)
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in raw) + b"--b--\r\n"


def test_parts_of_a_form(new_budget: MakeBudget) -> None:
    report = _scan(FORM, new_budget())
    comment, photo = report.children
    assert (bytes(comment.view), comment.name, comment.path) == (b"hello", "", ("comment",))
    assert (bytes(photo.view), photo.name, photo.path) == (PE, "photo.jpg", ("photo.jpg",))
    assert photo.declared_type == "image/jpeg"
    assert (photo.hidden_from_clamav, comment.hidden_from_clamav) == (True, False)
    assert report.unscanned == ()


def test_program_in_a_form_is_found(run: Examine, findings: Findings) -> None:
    parameters = (("boundary", "b"),)
    found = run(FORM, declared_type="multipart/form-data", parameters=parameters)
    assert findings(found) == {"disguise.extension", "disguise.mime"}
    assert [(bytes(e.view), e.path) for e in found.extracted] == [(PE, ("photo.jpg",))]


def _named(disposition: str, more: str = "") -> bytes:
    """Return a body of one part "1" with this Content-Disposition."""
    return _body(f"Content-Disposition: form-data;{disposition}\r\n{more}\r\n1")


def _encoded(encoding: str, text: str) -> bytes:
    return _body(f"Content-Transfer-Encoding: {encoding}\r\n\r\n{text}")


ONE = [(b"one", "")]
BOTH = [(b"1", "a.jpg|b.exe")]
HELLO = [(b"hello", "")]
READ = {  # body -> (bytes, name) of each child
    "lines end with LF": (b"--b\nA: b\n\none\n--b--\n", ONE),
    "no last boundary": (b"--b\r\n\r\none", ONE),
    "preamble and epilogue": (b"hi\r\n" + _body("\r\none") + b"bye", ONE),
    "other line end behind the last boundary": (b"--b\r\n\r\none\r\n--b--\n", ONE),
    "lines of the content end with LF": (b"--b\r\n\r\na\n\nb\r\n--b--", [(b"a\n\nb", "")]),
    "lines of the content end with CRLF": (b"--b\n\na\r\n\r\nb\n--b--", [(b"a\r\n\r\nb", "")]),
    "same encoding twice": (
        _encoded("base64\r\nContent-Transfer-Encoding: Base64", "aGVsbG8="),
        [*HELLO, (b"aGVsbG8=", "")],
    ),
    "separators in a name": (_named('filename="a\u2028\x85.exe"'), [(b"1", "a\u2028\x85.exe")]),
    "parts behind the last boundary": (_body("\r\none") + _body("\r\none"), ONE + ONE),
    "NUL in a name": (_named('filename="a.exe\0.jpg"'), [(b"1", "a.exe\0.jpg")]),
    "folded header": (_named('\r\n filename="a.exe"'), [(b"1", "a.exe")]),
    "two names": (_named('filename="a.jpg"; filename="b.exe"'), BOTH),
    "two alike": (_named("filename=a.jpg; filename*=utf-8''%C3%A4.jpg"), [(b"1", "ä.jpg|a.jpg")]),
    "program, then its decoy": (
        _named("filename=a.exe; filename=a.jpg.exe"),
        [(b"1", "a.exe|a.jpg.exe")],
    ),
    "two headers": (
        _named("filename=a.jpg", "Content-Disposition: attachment; filename=b.exe\r\n"),
        BOTH,
    ),
    "name of the type": (_body("Content-Type: image/png; name=a.png\r\n\r\n1"), [(b"1", "a.png")]),
    "base64": (_encoded("BASE64", "aGVsbG8="), [*HELLO, (b"aGVsbG8=", "")]),
    "quoted-printable": (
        _encoded("quoted-printable", "hel=\r\nlo"),
        [*HELLO, (b"hel=\r\nlo", "")],
    ),
    "quoted-printable that changes nothing": (_encoded("quoted-printable", "hello"), HELLO),
    "folded with a vertical tab": (_named('\r\n\vfilename="a.exe"'), [(b"1", "a.exe")]),
    "single quotes": (_named("filename='a.exe'"), [(b"1", "'a.exe'|a.exe")]),
    "more behind the quote": (_named('filename="a"b.exe'), [(b"1", "a|ab.exe")]),
    "quote that never ends": (
        _named('filename="a.exe; name="f"'),
        [(b"1", "a.exe; name=|a.exe; name=f")],
    ),
    "length of the part": (_body("Content-Length: 3\r\n\r\none"), ONE),
    "coding of the part": (_body("Content-Encoding: gzip\r\n\r\none"), ONE + ONE),
}
DOUBTFUL = {  # the same, with a gap
    "no header, no blank line": (b"--b\r\nabc\r\n--b--", [(b"abc", "")]),
    "boundary within a line": (_body("\r\none --b two"), [(b"one --b two", "")]),
    "blanks behind a boundary": (b"--b  \r\n\r\none\r\n--b--", ONE),
    "LF before a boundary": (b"--b\r\n\r\none\n--b\r\n\r\none\r\n--b--", ONE + ONE),
    "LF behind a boundary": (b"--b\r\n\r\none\r\n--b\n\r\none\r\n--b--", ONE + ONE),
    "LF before the last boundary": (b"--b\r\n\r\none\n--b--", ONE),
    "CRLF before a boundary": (b"--b\n\none\r\n--b--", ONE),
    "LF before the first boundary": (b"hi\n--b\r\n\r\none\r\n--b--", ONE),
    "blank line of LF": (_body("A: b\n\none"), ONE),
    "blank line of both": (_body("A: b\r\n\none"), ONE),
    "no header, LF": (_body("\none"), ONE),
    "header line ends with LF": (_body("A: b\nC: d\r\n\r\none"), ONE),
    "header line ends with CR": (_body("A: b\rC: d\r\n\r\none"), ONE),
    "header line ends with CRLF": (b"--b\nA: b\r\nC: d\n\none\n--b--", ONE),
    "two encodings": (
        _encoded("base64\r\nContent-Transfer-Encoding: 7bit", "aGVsbG8="),
        [(b"aGVsbG8=", "")],
    ),
    "boundary, then NUL": (_body("\r\none\r\n--b\0\r\n"), [(b"one\r\n--b\0\r\n", "")]),
    "longer boundary": (_body("\r\none\r\n--bc\r\n2"), [(b"one\r\n--bc\r\n2", "")]),
    "said to be base64": (_encoded("base64", "MZ\x01!"), [(b"1", ""), (b"MZ\x01!", "")]),
    "length beyond the part": (_body("Content-Length: 4\r\n\r\none"), ONE),
    "header line without a colon": (_body("A: b\r\nc\r\n\r\none"), ONE),
    "unknown encoding": (_encoded("x-uue", "abc"), [(b"abc", "")]),
}


def _children(report: Report) -> list[tuple[bytes, str]]:
    """Return content and names, joined by |."""
    return [
        (bytes(child.view), "|".join((child.name, *child.other_names))) for child in report.children
    ]


@pytest.mark.parametrize("body, children", READ.values(), ids=READ)
def test_reading(new_budget: MakeBudget, body: bytes, children: list[tuple[bytes, str]]) -> None:
    report = _scan(body, new_budget())
    assert _children(report) == children
    assert report.unscanned == ()


@pytest.mark.parametrize("body, children", DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubtful(new_budget: MakeBudget, body: bytes, children: list[tuple[bytes, str]]) -> None:
    """What receivers could read otherwise is kept and told as a gap."""
    report = _scan(body, new_budget())
    assert _children(report) == children
    assert {gap.reason for gap in report.unscanned} == {Reason.MALFORMED}


@pytest.mark.parametrize("boundary", ["", "x" * 2000, "bé"])
def test_unusable_boundary(new_budget: MakeBudget, boundary: str) -> None:
    with pytest.raises(ContentMalformed):
        _scan(FORM, new_budget(), boundary)


@pytest.mark.parametrize("body", [b"", b"no boundary at all", b"--b--\r\n"])
def test_no_part(new_budget: MakeBudget, body: bytes) -> None:
    report = _scan(body, new_budget())
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


def test_boundary_of_signs_that_patterns_use(new_budget: MakeBudget) -> None:
    body = builders.multipart([Part("a", b"one")], "(.*)+?[")
    assert len(_scan(body, new_budget(), "(.*)+?[").children) == 1


def test_mixed_in_a_form(run: Examine, findings: Findings) -> None:
    """RFC 7578 §4.3: several files of one field were once sent as a multipart in the form."""
    inner = builders.multipart([Part("a", PE, file_name="a.jpg")], "i")
    body = builders.multipart([Part("f", inner, content_type="multipart/mixed; boundary=i")], "b")
    found = run(body, declared_type="multipart/form-data", parameters=(("boundary", "b"),))
    assert findings(found) == {"disguise.extension"}
    assert found.detections[0].path == ("f", "a.jpg")


def test_parts_beyond_the_budget(new_budget: MakeBudget) -> None:
    report = _scan(_body(*["\r\na"] * 5), new_budget(members=3))
    assert len(report.children) == 3
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_MANY]


def test_first_and_last_names_are_kept(new_budget: MakeBudget) -> None:
    names = "; ".join(f"filename={number}" for number in range(99))
    (child,) = _scan(_named(names), new_budget()).children
    assert (child.name, *child.other_names) == ("0", "1", "2", "3", "95", "96", "97", "98")


def test_types_that_contradict_one_another(run: Examine, findings: Findings) -> None:
    body = _body(b"Content-Type: image/png\r\nContent-Type: application/x-dosexec\r\n\r\n" + PE)
    form = {"declared_type": "multipart/form-data", "parameters": (("boundary", "b"),)}
    assert findings(run(body, **form)) == {"disguise.mime"}
    body = _body("Content-Type: multipart/mixed; boundary=A; boundary=B\r\n\r\n--A\r\n\r\n--A--")
    assert findings(run(body, **form)) == {"unscanned.malformed"}


def test_program_behind_a_mark_that_only_some_see(run: Examine, findings: Findings) -> None:
    split = PE[:64] + b"\n--b\r\n\r\n" + PE[64:]
    found = run(
        _body(b"Content-Disposition: form-data; name=f; filename=photo.jpg\r\n\r\n" + split),
        declared_type="multipart/form-data",
        parameters=(("boundary", "b"),),
    )
    assert "unscanned.malformed" in findings(found)


def test_no_time_left(new_budget: MakeBudget) -> None:
    report = _scan(FORM, new_budget(seconds=-1))
    assert [gap.reason for gap in report.unscanned] == [Reason.TIMED_OUT]


def test_encoded_part_beyond_the_budget(new_budget: MakeBudget) -> None:
    body = _body("Content-Transfer-Encoding: base64\r\n\r\n" + "AAAA" * 100)
    report = _scan(body, new_budget(size=10))
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_LARGE]


def test_other_types_are_left_alone(new_budget: MakeBudget) -> None:
    content = Content(memoryview(FORM), declared_type="text/plain", parameters=(("boundary", "b"),))
    assert MultipartScanner().scan(content, new_budget()) == Report()


@given(
    st.lists(st.sampled_from([b"--b", b"--", b"\r\n", b"\n", b"\0", b"a", b":", PHOTO.encode()]))
)
def test_no_byte_between_boundaries_is_lost(new_budget: MakeBudget, pieces: list[bytes]) -> None:
    """Whatever is made of the marks: the content of a part is in a child, or there is a gap."""
    body = b"--b\r\n" + b"".join(pieces) + b"\r\n\r\nMARKED\r\n--b--\r\n"
    report = _scan(body, new_budget())
    kept = b"".join(bytes(child.view) for child in report.children)
    assert b"MARKED" in kept or report.unscanned


PART = b"\r\n" + b"x" * 100
WRAPPED = {
    "a form": (FORM, True),
    "blank lines around": (b"\r\n" + _body(PART) + b"\r\n\r\n", True),
    "no last boundary": (b"--b\r\n" + PART, True),
    "base64": (_encoded("base64", "aGVsbG8="), True),
    "preamble": (PE + b"\r\n" + _body(PART), False),
    "epilogue": (_body(PART) + PE, False),
    "between two bodies": (_body(PART) + PE + b"\r\n" + _body(PART), False),
    "very long blank": (_body(PART) + b" " * 10_000, False),
    "boundary within a line": (_body(PART + b"\r\none --b two"), False),
    "said to be base64": (_encoded("base64", "MZ\x01!"), False),
}


@pytest.mark.parametrize("body, wrapped", WRAPPED.values(), ids=WRAPPED)
def test_nothing_but_its_parts(new_budget: MakeBudget, body: bytes, wrapped: bool) -> None:
    """A body that holds more than its parts may be a file itself, which clamd has to see."""
    assert _scan(body, new_budget()).wrapped is wrapped


def test_too_many_parts_are_no_wrapped_body(new_budget: MakeBudget) -> None:
    assert not _scan(_body(PART, PART), new_budget(members=1)).wrapped


def test_forms_within_forms_hand_out_the_innermost_only(run: Examine) -> None:
    inner = b"x " * 50_000
    body, parameters = inner, (("boundary", "b0"),)
    for level in range(6, -1, -1):
        head = (
            b"" if level == 6 else b"Content-Type: multipart/mixed; boundary=b%d\r\n" % (level + 1)
        )
        body = b"--b%d\r\n%b\r\n%b\r\n--b%d--\r\n" % (level, head, body, level)
    found = run(body, declared_type="multipart/form-data", parameters=parameters)
    assert found.unscanned == ()
    assert [bytes(one.view) for one in found.extracted] == [inner]


def test_a_decoded_form_is_a_wrapper(run: Examine) -> None:
    """clamd sees its headers nowhere else."""
    found = run(
        builders.gzip(FORM),
        declared_type="multipart/form-data",
        parameters=(("boundary", "b"),),
        codings=("gzip",),
    )
    assert [(bytes(one.view), one.wrapper) for one in found.extracted] == [
        (PE, False),
        (FORM, True),
    ]
