"""Long runs and data URLs: found at their full length, wherever pieces are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import base64_runs
from scanners.base64_runs import data_urls, leading_url, long_runs, percent_urls

RUN = b"QUJD" * 40
URLS = {  # text -> header
    b"data:image/png;base64," + RUN: b"image/png;",
    b"DATA:image/png;Base64," + RUN: b"image/png;",
    b"data:;base64," + RUN: b";",
    b"data%3Aimage%2Fpng%3Bbase64%2C" + RUN: b"image%2Fpng%3B",
    b"data:image\\/png;base64," + RUN: b"image\\/png;",
    b"data:text/html;charset=utf-8;name=a;base64," + RUN: b"text/html;charset=utf-8;name=a;",
    b"data:a/b; base64 ," + RUN: b"a/b; ",
    b"data:a/b;base64%20%2c" + RUN: b"a/b;",
}  # fmt: skip
NO_URLS = [
    b"data:image/png;base64," + RUN[:85],
    b"data:image/png;base64" + RUN,
    b"data:" + b"x" * 300 + b";base64," + RUN,
    b'data:image/"png;base64,' + RUN,
    b"base64," + RUN,
]


@pytest.mark.parametrize("text, header", URLS.items(), ids=range(len(URLS)))
def test_data_url(text: bytes, header: bytes) -> None:
    view = memoryview(b"<img src='" + text + b"'>")
    (url,) = data_urls(view)
    assert url.header == header
    assert view[url.start : url.end] == RUN
    assert url.begins == 10


@pytest.mark.parametrize("quote", [b'"', b"'"])
def test_quotes_hold_all_of_a_data_url(quote: bytes) -> None:
    inside = b" \n!".join([RUN, b"data:;base64,", RUN])
    text = quote + b"data:a/b;base64," + inside + quote + RUN + quote
    first = next(data_urls(memoryview(text)))
    assert text[first.start : first.end] == inside


PERCENT = b"%4D%5A" + b"x" * 90
PERCENT_URLS = {
    b'"data:a/b,' + PERCENT + b'"': [(b"a/b", PERCENT)],
    b'"data:a/b,' + PERCENT + b' !"': [(b"a/b", PERCENT + b" !")],
    b"url(DATA:," + PERCENT + b") (data:a/b,": [(b"", PERCENT)],
    b"data:a/b," + b"x" * 90: [],
    b"data:a/b," + PERCENT[:80]: [],
    b'data: {"a":' + PERCENT: [],
    b"data:," * 40 + PERCENT: [(b"", b"data:," * 39 + PERCENT)],
}


@pytest.mark.parametrize("text, urls", PERCENT_URLS.items(), ids=range(len(PERCENT_URLS)))
def test_urls_without_base64(text: bytes, urls: list[tuple[bytes, bytes]]) -> None:
    found = percent_urls(memoryview(text))
    assert [(url.header, text[url.start : url.end]) for url in found] == urls


@pytest.mark.parametrize("text", NO_URLS, ids=range(len(NO_URLS)))
def test_no_data_url(text: bytes) -> None:
    assert list(data_urls(memoryview(text))) == []


RUNS = {
    "alone": (RUN, [RUN]),
    "in quotes": (b'var a = "' + RUN + b'";', [RUN]),
    "too short": (RUN[:85] + b" ", []),
    "two": (RUN + b" " + RUN, [RUN, RUN]),
    "lines of MIME": (b"\r\n".join([RUN[:76]] * 3), [b"\r\n".join([RUN[:76]] * 3)]),
    "indented": (b"  " + b"\n  ".join([RUN[:64]] * 3), [b"\n  ".join([RUN[:64]] * 3)]),
    "a list of words": (b"word\n" * 100, []),
    "two long lines": (RUN[:60] + b"\n\n" + RUN[:60], []),
    "words": (b"some words and some more " * 20, []),
}


@pytest.mark.parametrize("text, expected", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("piece", [base64_runs.PIECE, 61])
def test_runs(
    monkeypatch: pytest.MonkeyPatch, text: bytes, expected: list[bytes], piece: int
) -> None:
    monkeypatch.setattr(base64_runs, "PIECE", piece)
    assert [text[run.start : run.end] for run in long_runs(memoryview(text))] == expected


@given(st.lists(st.sampled_from([RUN, b" ", b"\n", b"A" * 59, b"word ", b"\\/"]), max_size=30))
def test_cuts_do_not_matter(pieces: list[bytes]) -> None:
    view = memoryview(b"".join(pieces))
    whole = list(long_runs(view))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base64_runs, "PIECE", 100)
        assert list(long_runs(view)) == whole
    assert all(end.end <= begin.start for end, begin in pairwise(whole))


@pytest.mark.parametrize("text", URLS, ids=range(len(URLS)))
def test_leading_url(text: bytes) -> None:
    url = leading_url(memoryview(b" \n" + text + b" !"))
    assert url is not None
    assert url.header == URLS[text]
    assert (b" \n" + text + b" !")[url.start : url.end] == RUN + b" !"


@pytest.mark.parametrize("text", [b"", b"data:,x", b"x data:;base64,", b"data:" + b";" * 9999])
def test_no_leading_url(text: bytes) -> None:
    assert leading_url(memoryview(text)) is None
