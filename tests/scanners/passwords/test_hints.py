"""What heads give as a password; the URL that is stored does not hold it."""

import time

import pytest

from scanners.passwords.hints import LONGEST_URL, MOST, hints, masked
from scanners.passwords.password import LONGEST


@pytest.mark.parametrize(
    "url, found, stored",
    [
        ("http://x/a.zip?password=foo%20bar&x=1", ("foo bar",), "http://x/a.zip?password=***&x=1"),
        ("http://x/p?x=1&zip_pwd=a+b#key=zz", ("a b", "zz"), "http://x/p?x=1&zip_pwd=***#key=***"),
        ("http://x/password/one/a.zip", ("one",), "http://x/password/***/a.zip"),
        ("http://x/a/pass/one", ("one",), "http://x/a/pass/***"),
        ("http://x/dl;pw=abc/a.zip", ("abc",), "http://x/dl;pw=***/a.zip"),
        ("/f?pass=a/b?c", ("a/b",), "/f?pass=***?c"),
        ("http://x/f?contrase%C3%B1a=ab", ("ab",), "http://x/f?contrase%C3%B1a=***"),
        ("http://x/密码/abc1", ("abc1",), "http://x/密码/***"),
        ("http://x/?пароль=%D0%B0", ("а",), "http://x/?пароль=***"),
        ("ftp://x/?pw=a&pw=a&pwd=b", ("a", "b"), "ftp://x/?pw=***&pw=***&pwd=***"),
    ],
)
def test_urls_with_a_password(url: str, found: tuple[str, ...], stored: str) -> None:
    assert hints(url) == found
    assert masked(url) == stored


@pytest.mark.parametrize(
    "url",
    ["", "http://x/a.zip", "http://pass/a/b", "http://x/password/a.zip", "http://x/f?api_key=z",
     "http://x/f?password=", "http://x/f?passport=7", "http://x/secret1/a", "http://x/%zz?%=1",
     "x.example:443", "http://user:pw@x/"],
)  # fmt: skip
def test_urls_without(url: str) -> None:
    assert hints(url) == ()
    assert masked(url) == url


def test_header_fields() -> None:
    fields = [("host", "x"), ("x-archive-password", "one"), ("authorization", "Basic eDp5")]
    assert hints("", fields) == ("one",)


def test_bounds() -> None:
    many = "http://x/?" + "&".join(f"pw={number}" for number in range(100))
    assert len(hints(many)) == MOST
    assert "pw=1" not in masked(many)
    assert hints(f"http://x/?pw={'a' * (LONGEST + 1)}") == ()
    long = f"http://x/?pw=abc&{'a' * LONGEST_URL}"
    assert masked(long) == long.replace("abc", "***")


@pytest.mark.parametrize(
    "url", ["http://x/" + "pw/" * 40000, "pw=" * 40000, "http://x/?" + "&" * 99]
)
def test_hostile_urls_cost_little(url: str) -> None:
    started = time.process_time()
    hints(url)
    masked(url)
    assert time.process_time() - started < 0.2
