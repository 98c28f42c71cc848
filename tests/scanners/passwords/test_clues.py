"""Clues: texts of mails, documents, forms and pages, in whatever charset they come."""

import time

import pytest

from scanners.model import Clue, Family, FileType, Source
from scanners.passwords.clues import MOST_BYTES, MOST_CLUES, decoded, read_clue, read_clues


def _read(
    data: bytes, kind: str = "text", declared: str = "", charset: str = "", name: str = "n"
) -> list[tuple[str, str]]:
    file_type = FileType(kind, "x/y", Family.TEXT)
    clue = Clue(memoryview(data), Source.MESSAGE, name, declared, charset, file_type)
    return [(text.name, text.text) for text in read_clue(clue)]


def test_a_text_is_read_as_a_whole() -> None:
    assert _read("пароль: x".encode()) == [("n", "пароль: x")]
    assert len(_read(b"x" * (MOST_BYTES + 1))[0][1]) == MOST_BYTES


@pytest.mark.parametrize(
    "data, charset, text",
    [
        ("ключ".encode("cp1251"), "windows-1251", "ключ"),
        ("ключ".encode("koi8-r"), "KOI8-R", "ключ"),
        ("密码".encode("gb18030"), "gb2312", "密码"),
        ("密碼".encode("big5"), "big5", "密碼"),
        ("パス".encode("shift_jis"), "Shift_JIS", "パス"),
        ("パス".encode("iso-2022-jp"), "utf-8", "\x1b$B%Q%9\x1b(B"),
        ("암호".encode("cp949"), "euc-kr", "암호"),
        ("clé".encode("latin-1"), "", "clé"),
        ("clé".encode("latin-1"), "no-such-charset", "clé"),
        ("clé".encode("latin-1"), "../../etc", "clé"),
        ("clé".encode("utf-16"), "", "clé"),
        (b"\xef\xbb\xbfabc", "", "abc"),
        (b"\x81\xff", "gb2312", "\ufffd"),
    ],
)
def test_charsets(data: bytes, charset: str, text: str) -> None:
    assert decoded(memoryview(data), charset).startswith(text)


def test_a_text_cut_within_a_character() -> None:
    data = ("a" + "я" * MOST_BYTES).encode()[:MOST_BYTES]
    assert decoded(memoryview(data)).endswith("я")


def test_json_fields() -> None:
    data = (
        b'{"content": "pw: \\"a\\u00e4\\ud800\\"", "data": "' + b"QUJD" * 9999 + b'", "key": "k1"}'
    )
    assert _read(data, "json") == [("content", 'pw: "aä\ufffd"'), ("key", "k1")]
    assert _read(data, declared="application/vnd.x+json")[-1] == ("key", "k1")
    assert _read(b'{"broken": "a\\x", "then": "b"', "json") == [("broken", "a\\x"), ("then", "b")]


def test_form_fields() -> None:
    data = b"zip_pwd=a%2Bb+c&file=" + b"QUJD" * 9999 + b"&note=%D0%B0"
    declared = "application/x-www-form-urlencoded"
    assert _read(data, declared=declared) == [("zip_pwd", "a+b c"), ("note", "а")]


def test_markup() -> None:
    data = b"<p>The password:<b>a&amp;b</b></p><input name=password value='c'><ns:pwd>d</ns:pwd>"
    found = _read(data, "html")
    assert ("pwd", "d") in found
    assert ("value", "c") in found
    assert "The password: a&b" in found[-1][1]


@pytest.mark.parametrize(
    "subject",
    [b"Subject: pw: abc", b"SUBJECT: =?utf-8?B?cHc6IGFiYw==?=", b"Subject: =?utf-8?Q?pw:_abc?=",
     b"Subject: =?utf-8?Q?pw:_?=\r\n =?x-none?B?YWJj?="],
)  # fmt: skip
def test_the_subject_of_a_mail(subject: bytes) -> None:
    mail = b"From: a\r\n" + subject + b"\r\n\r\nbody: x"
    assert [text.replace("\r\n ", "") for _, text in _read(mail, "mail")] == ["pw: abc"]


def test_a_broken_encoded_word_stays_as_it_is() -> None:
    assert _read(b"Subject: =?utf-8?B?a?=", "mail") == [("subject", "=?utf-8?B?a?=")]


def test_the_nearest_are_read() -> None:
    clues = [Clue(memoryview(b"%d" % number)) for number in range(MOST_CLUES + 9)]
    assert len(list(read_clues(clues))) == MOST_CLUES


@pytest.mark.parametrize("kind", ["text", "json", "html", "mail", "form"])
@pytest.mark.parametrize("unit", [b'"', b'"a":"', b"<", b"<a>", b"&a=", b"\\", b"=?", b" a=", b"a"])
def test_hostile_documents_cost_little(kind: str, unit: bytes) -> None:
    declared = "application/x-www-form-urlencoded" if kind == "form" else ""
    started = time.process_time()
    _read(b"Subject: " + unit * (2_000_000 // len(unit)), kind, declared)
    assert time.process_time() - started < 2
