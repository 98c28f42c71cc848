"""File names from every source and in every notation seen in the wild."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.payload.http_head import HttpHead
from icap_server.payload.names import bounded, disposition_names, file_names, utf8
from scanners.names import MAX_NAME
from verdicts.model import Direction, NameSource, OtherName

UP, DOWN = Direction.UPLOAD, Direction.DOWNLOAD


def raw(text: str) -> str:
    """As a head shows UTF-8 bytes: one character a byte."""
    return text.encode("utf-8").decode("latin-1")


@pytest.mark.parametrize(
    "value, name",
    [
        ("", ""),
        ("attachment", ""),
        ("attachment; filename=", ""),
        ("attachment; filename=a.exe", "a.exe"),
        ('attachment; filename="a.exe"', "a.exe"),
        ("attachment;filename=a.exe", "a.exe"),
        ("ATTACHMENT; FILENAME = a.exe", "a.exe"),
        ("filename=a.exe", "a.exe"),
        ("filename*=UTF-8''a.exe; x", "a.exe"),
        ("attachment; filename*=\"UTF-8''a.exe\"", "a.exe"),
        ("attachment; filename*=UTF-8''photo.jpg%00.exe", "photo.jpg\0.exe"),
        ("attachment; filename*0*=UTF-8''%e2%82; filename*1*=%ac.exe", "\u20ac.exe"),
        ("attachment; filename*1=b.exe; filename*0=a", "ab.exe"),
        ('attachment; filename="=?utf-8*en?B?YS5leGU=?="', "a.exe"),
        ('attachment; filename="=?iso-8859-1?q?=e4.exe?="', "\u00e4.exe"),
        ('attachment; filename="..%2fa.exe"', "..%2fa.exe"),  # readings() undo it
        ('inline; x=y; filename="a.exe"; z', "a.exe"),
        ("attachment; filename=my file.exe; x=y", "my file.exe"),
        ('attachment; filename="a;b.exe"', "a;b.exe"),
        ('attachment; filename="a\\"b.exe"', 'a"b.exe'),
        ('attachment; filename="a.exe', "a.exe"),
        ('form-data; name="file"; filename="a.exe"', "a.exe"),
        ('attachment; filename="C:\\Users\\x\\a.exe"', "a.exe"),
        ('attachment; filename="../../a.exe"', "a.exe"),
        ('attachment; filename="a/"', "a"),
        ("attachment; filename*=UTF-8''%e2%82%ac.exe", "\u20ac.exe"),
        ("attachment; filename*=utf-8'en'a%20b.exe", "a b.exe"),
        ("attachment; filename*=iso-8859-1''%a3.exe", "\u00a3.exe"),
        ("attachment; filename=\"photo.jpg\"; filename*=UTF-8''a.exe", "a.exe"),
        ("attachment; filename*=UTF-8''a.exe; filename=\"photo.jpg\"", "a.exe"),
        ('attachment; filename*0="photo"; filename*1=".exe"', "photo.exe"),
        ("attachment; filename*0*=UTF-8''%41; filename*1=b; filename*2*=%2Eexe", "Ab.exe"),
        ("attachment; filename==?utf-8?B?YS5leGU=?=", "a.exe"),
        ('attachment; filename="=?utf-8?Q?a=2Eexe?="', "a.exe"),
        ('attachment; filename="=?utf-8?B?YS4=?= =?utf-8?B?ZXhl?="', "a.exe"),
        (
            raw('attachment; filename="\u043f\u0438\u0441\u044c\u043c\u043e.exe"'),
            "\u043f\u0438\u0441\u044c\u043c\u043e.exe",
        ),
        ('attachment; filename="\u00e4.exe"', "\u00e4.exe"),
        ("attachment; filename*=nonsense''a%ff.exe", "a\u00ff.exe"),
    ],
)
def test_content_disposition(value: str, name: str) -> None:
    assert (*disposition_names(value), "")[0] == name


def head(**fields: str) -> HttpHead:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return HttpHead("HTTP/1.1", tuple(named.items()))


ORIGINAL = head(x_c_icap_client_original_file="original.exe")
DISPOSITION = head(content_disposition="attachment; filename=disposed.exe")
BOTH = HttpHead("HTTP/1.1", (*ORIGINAL.fields, *DISPOSITION.fields))
PROXY = {"x-scan-file-name": "C:\\in\\scanned.exe"}


@pytest.mark.parametrize(
    "icap, heads, direction, path, names",
    [
        (
            PROXY,
            (ORIGINAL, BOTH),
            DOWN,
            "/url.exe",
            "proxy:scanned.exe client:original.exe disposition:disposed.exe url:url.exe",
        ),
        (
            {},
            (ORIGINAL, DISPOSITION),
            DOWN,
            "/u",
            "client:original.exe disposition:disposed.exe url:u",
        ),
        ({}, (BOTH, None), UP, "/u", "client:original.exe disposition:disposed.exe url:u"),
        ({}, (None, BOTH), DOWN, "/u", "client:original.exe disposition:disposed.exe url:u"),
        # no browser heeds c-icap-client's field: the URL is what they go by
        ({}, (ORIGINAL, None), UP, "/url.exe", "client:original.exe target:url.exe"),
        ({}, (head(), ORIGINAL), DOWN, "/url.exe", "client:original.exe target:url.exe"),
        ({}, (ORIGINAL, None), UP, "/", "client:original.exe"),
        ({}, (None, ORIGINAL), DOWN, "", "client:original.exe"),
        ({}, (None, ORIGINAL), DOWN, "/folder/", "client:original.exe"),
        # the other message's Content-Disposition is not about this body
        ({}, (DISPOSITION, head()), DOWN, "/url.exe", "target:url.exe"),
        ({}, (DISPOSITION, None), UP, "/url.exe", "disposition:disposed.exe url:url.exe"),
        ({}, (None, DISPOSITION), DOWN, "/disposed.exe", "disposition:disposed.exe"),
        ({}, (None, None), DOWN, "/a/b%20c.exe", "target:b c.exe"),
        ({}, (None, None), DOWN, "/a/" + raw("\u00e4.exe"), "target:\u00e4.exe"),
        ({}, (None, None), DOWN, "/a/%C3%A4%2Fb.exe", "target:b.exe"),
        ({}, (None, None), DOWN, "/a/%C3%A4.exe", "target:\u00e4.exe"),
        ({}, (None, None), DOWN, "/a/%ff.exe", "target:\u00ff.exe"),
        ({}, (None, None), DOWN, "/a/100%.exe", "target:100%.exe"),
        ({}, (None, None), DOWN, "/a/b.jpg%00.exe", "target:b.jpg\0.exe"),
        ({}, (None, None), DOWN, "/", ""),
        ({"x-scan-file-name": "/"}, (None, None), DOWN, "/url.exe", "target:url.exe"),
        ({"x-scan-file-name": "=?utf-8?B?YS5leGU=?="}, (None, None), UP, "", "proxy:a.exe"),
        ({"x-scan-file-name": "a.exe"}, (None, None), UP, "/x", "proxy:a.exe url:x"),
    ],
)
def test_the_sources_in_their_order(
    icap: dict[str, str],
    heads: tuple[HttpHead | None, HttpHead | None],
    direction: Direction,
    path: str,
    names: str,
) -> None:
    found = file_names(icap, *heads, direction, path)
    assert " ".join(f"{one.source}:{one.name}" for one in found) == names


def put(*values: str) -> HttpHead:
    fields = tuple(("content-disposition", value) for value in values)
    return HttpHead("HTTP/1.1", fields, "PUT", "/")


@pytest.mark.parametrize(
    "head, path, names",
    [
        (put("x; filename=a.exe; filename=b.jpg"), "/", ("a.exe", "b.jpg")),
        (put("x; filename=b.jpg; filename*=utf-8''a.exe"), "/", ("a.exe", "b.jpg")),
        (put("x; filename=a.exe", "x; filename=b.jpg"), "/", ("a.exe", "b.jpg")),
        (put("x; filename=a.exe", "x; filename=a.exe"), "/", ("a.exe",)),
        (put("x; filename=a.exe"), "/b.jpg", ("a.exe", "b.jpg")),
        (put(*(f"x; filename={n}" for n in range(9))), "/", tuple("01235678")),
        (put(*(f"x; filename={n}" for n in range(9))), "/u", tuple("0123678u")),
    ],
)
def test_every_name_a_receiver_may_take(head: HttpHead, path: str, names: tuple[str, ...]) -> None:
    found = file_names({}, head, None, UP, path)
    assert tuple(one.name for one in found) == names
    assert NameSource.URL not in {one.source for one in found}  # a PUT stores it there


def test_a_program_of_the_server_is_no_name_of_its_answer() -> None:
    first, last = file_names({}, None, DISPOSITION, DOWN, "/get.php")
    assert first.name == "disposed.exe"
    assert last == OtherName(NameSource.URL, "get.php")


def test_a_long_name_keeps_its_end() -> None:
    name = bounded("a" * 5000 + ".jpg.exe")
    assert len(name) == MAX_NAME
    assert name.endswith("aaa.jpg.exe")
    assert bounded("b" * MAX_NAME) == "b" * MAX_NAME


def test_a_name_fits_into_json() -> None:
    assert bounded("a\ud800.exe") == "a?.exe"


def test_text_that_is_no_utf8_stays() -> None:
    assert utf8("\u00e4") == "\u00e4"
    assert utf8("\u20ac") == "\u20ac"


hostile = st.text() | st.lists(
    st.sampled_from(
        ['"', "\\", ";", "=", "*", "filename", "'", "%", "=?", "?=", "B", "0", "utf-8", "\u00ff"]
    )
).map("".join)


@given(hostile, hostile)
def test_no_text_breaks_it(value: str, path: str) -> None:
    fields = {"x-scan-file-name": value}
    found = (
        *file_names(fields, None, None, UP, path),
        *file_names({}, head(content_disposition=value), None, UP, path),
    )
    names = [one.name for one in found]
    for name in (*disposition_names("attachment; filename" + value), *names):
        assert len(name) <= max(MAX_NAME, len(value) + 20)
        assert "/" not in name
    "".join(names).encode("utf-8")
