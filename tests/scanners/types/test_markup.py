"""Markup: pages, drawings and other XML, with and without scripts in them."""

from collections.abc import Callable

import pytest

from scanners.model import FileType

TypeOf = Callable[[bytes], FileType]

XML = b'<?xml version="1.0"?>\n'
CASES = {
    "page": (b"<!DOCTYPE html><html><body>Text</body>", "html", ""),
    "page with a script": (b"<html><SCRIPT>a()</SCRIPT>", "html", "scripts"),
    "page with an event": (b'<html><img src="a" onerror="b()">', "html", "scripts"),
    "event without blanks": (b"<html><svg/onload=a()>", "html", "scripts"),
    "page with a link that runs": (b'<html><a href="JavaScript:a()">', "html", "scripts"),
    "page in UTF-16": ("<html><script>a</script>".encode("utf-16"), "html", "scripts"),
    "words in a page": (b"<html><p>one = two, onward = on, once = 1", "html", ""),
    "attribute that only begins alike": (b'<html><a data-one="1" tone="a">', "html", ""),
    "page behind XML": (XML + b"<html xmlns='a'/>", "html", ""),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg", ""),
    "drawing with a script": (XML + b"<svg><script>a</script></svg>", "svg", "scripts"),
    "drawing with an event": (XML + b"<svg onload='a()'/>", "svg", "scripts"),
    "drawing with a prefix": (XML + b"<s:svg xmlns:s='a'/>", "svg", ""),
    "feed": (XML + b"<rss/>", "xml", ""),
    "element that pages have, too": (XML + b"<a><b/></a>", "xml", ""),
    "stylesheet that runs": (XML + b"<stylesheet><msxsl:script>a</msxsl:script>", "xml", "scripts"),
    "comment first": (b"<!-- <svg/> -->\n<html/>", "html", ""),
    "comment without end": (XML + b"<!-- <html/>", "xml", ""),
    "less than": (b"<3 is a heart\n", "text", ""),
    "php": (b"<?php phpinfo();", "script", "php"),
    "not php": (XML + b"<?phpx ?><a/>", "xml", ""),
    "in an old encoding": (b"<html><p>Gr\xfc\xdfe</p>", "html", ""),
}  # fmt: skip


@pytest.mark.parametrize("data, name, kind", CASES.values(), ids=CASES)
def test_markup(type_of: TypeOf, data: bytes, name: str, kind: str) -> None:
    found = type_of(data)
    assert (found.name, found.kind) == (name, kind)
