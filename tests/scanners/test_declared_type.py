"""Media types as senders really write them, and as attackers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.declared_type import AMBIGUOUS, KEPT, declared_type, parse_media_type


@pytest.mark.parametrize(
    "value, media_type, parameters",
    [
        ("", "", ()),
        ("image/jpeg", "image/jpeg", ()),
        (" Image/JPEG\t", "image/jpeg", ()),
        ("text/html; charset=UTF-8", "text/html", (("charset", "UTF-8"),)),
        ("text/html;Charset = x", "text/html", (("charset", "x"),)),
        (
            'multipart/form-data; boundary="a;b=\\"c"; x=y',
            "multipart/form-data",
            (("boundary", 'a;b="c'), ("x", "y")),
        ),
        ("multipart/mixed;boundary=AbC", "multipart/mixed", (("boundary", "AbC"),)),
        (
            "application/vnd.ms-excel.sheet.macroEnabled.12",
            "application/vnd.ms-excel.sheet.macroenabled.12",
            (),
        ),
        ("application/json charset=utf-8", "application/json", ()),
        ("text/plain\tx; a=b", "text/plain", (("a", "b"),)),
        ("image", "", ()),
        ("image/", "", ()),
        ("a/b, c/d", "", ()),
        ("a/b/c; x=y", "", ()),
        (";charset=x", "", ()),
        ("a/b;;; =x; y", "a/b", (("", "x"),)),
    ],
)
def test_media_type(value: str, media_type: str, parameters: tuple[tuple[str, str], ...]) -> None:
    assert parse_media_type(value) == (media_type, parameters)


def test_parameters_are_bounded() -> None:
    assert len(parse_media_type("a/b" + ";x=y" * 10_000)[1]) == 16


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    media_type, _ = parse_media_type(text)
    assert media_type == media_type.lower()
    parse_media_type("a/b;" + text)
    declared_type([text, "multipart/" + text])


CERTAIN = {  # one field -> its boundary
    "multipart/form-data; boundary=X": "X",
    'multipart/form-data; charset=utf-8; boundary="X"': "X",
    "multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxk": "----WebKitFormBoundary7MA4YWxk",
    "Multipart/Form-Data; Boundary=Boundary-1F2E": "Boundary-1F2E",
    "multipart/form-data; boundary=boundary": "boundary",
    "multipart/form-data; boundary=b": "b",
    'multipart/mixed; boundary="----=_Part_1_2.3"; type=text/xml': "----=_Part_1_2.3",
    "multipart/mixed; boundary=----=_Part_1_2.3;": "----=_Part_1_2.3",
    'multipart/form-data; boundary="a b, c"': "a b, c",
}
UNCERTAIN = [
    ["multipart/form-data; boundary=X", "text/plain"],
    ["text/plain", "multipart/form-data; boundary=X"],
    ["multipart/form-data; boundary=X", ""],
    ["multipart/form-data; boundary=X", "multipart/form-data; boundary=Y"],
    ["text/plain, multipart/form-data; boundary=X"],
    ["text/plain; a=b, multipart/form-data; boundary=X"],
    ["multipart/form-data, x; boundary=X"],
    ["multipart/form-data boundary=X"],
    ["multipart/form-data x; boundary=X"],
    ["multipart/form-data/; boundary=X"],
    ['"multipart/form-data"; boundary=X'],
    ["multipart/form-data"],
    ["multipart; boundary=X"],
    ["multipart/form-data; boundary=A; boundary=B"],
    ["multipart/form-data; boundary=A; boundary=A"],
    ["multipart/form-data; boundary=A; boundary*=utf-8''B"],
    ["multipart/form-data; boundary*0=A; boundary*1=B"],
    ["multipart/form-data; xboundary=B; boundary=A"],
    ["multipart/form-data; x=boundary; y=B; boundary=A"],
    ['multipart/form-data; x="; boundary=B"; boundary=A'],
    ["multipart/form-data; boundary=B,Y"],
    ["multipart/form-data; boundary=B Y"],
    ["multipart/form-data; boundary = B"],
    ['multipart/form-data; boundary="A;B"'],
    ['multipart/form-data; boundary="A\\B"'],
    ['multipart/form-data; boundary="A"B'],
    ['multipart/form-data; boundary="A'],
    ['multipart/form-data; boundary="A "'],
    ["multipart/form-data; boundary=aboundary=b"],
    ["multipart/form-data; boundary="],
    ["multipart/form-data" + ";x=y" * 20 + ";boundary=X"],
]


@pytest.mark.parametrize("value, boundary", CERTAIN.items())
def test_certain_boundary(value: str, boundary: str) -> None:
    declared = declared_type([value, value])
    assert declared.media_type.startswith("multipart/")
    assert dict(declared.parameters)["boundary"] == boundary
    assert declared.others == ()


@pytest.mark.parametrize("values", UNCERTAIN, ids=str)
def test_uncertain_multipart(values: list[str]) -> None:
    declared = declared_type(values)
    assert (declared.media_type, declared.parameters) == (AMBIGUOUS, ())


@pytest.mark.parametrize(
    "values, media_type, others",
    [
        ([], "", ()),
        (["image/jpeg"], "image/jpeg", ()),
        (["image/jpeg", "image/jpeg"], "image/jpeg", ()),
        (["image/jpeg, image/jpeg"], "image/jpeg", ()),
        (["image/jpeg", "text/html"], "text/html", ("image/jpeg",)),
        (["image/jpeg, text/html; charset=x"], "text/html", ("image/jpeg",)),
        (["nonsense", "text/html"], "text/html", ("",)),
        (['video/mp4; codecs="avc1, a/b"'], "video/mp4", ()),
        (["video/mp4; codecs=avc1, mp4a"], "video/mp4", ()),
    ],
)
def test_several_types(values: list[str], media_type: str, others: tuple[str, ...]) -> None:
    declared = declared_type(values)
    assert (declared.media_type, declared.others) == (media_type, others)


def test_first_and_last_types_are_kept() -> None:
    others = declared_type([f"a/{number}" for number in range(99)]).others
    assert len(others) == 2 * KEPT
    assert (others[0], others[-1]) == ("a/0", "a/97")
