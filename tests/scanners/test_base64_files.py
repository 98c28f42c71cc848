"""Files in base64 as somebody writes them who does not want them to be found."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote, quote_from_bytes

import pytest

from samples import builders
from samples.builders import Part
from samples.test_file import eicar
from scanners.base64_files import FileReader
from scanners.form_fields import FORM
from scanners.model import Examination, TypeNode
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable
from tests.scanners.conftest import MakeBudget

Examine = Callable[..., Examination]

PE = builders.pe()
JSON, XML, PAGE, TEXT = "application/json", "text/xml", "text/html", "text/plain"
DATA = "data:application/octet-stream"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _every(count: int, mark: str, data: bytes) -> str:
    text = _base64(data)
    return mark.join(text[at : at + count] for at in range(0, len(text), count))


def _json(text: str) -> str:
    return json.dumps({"f": text})


def _element(text: str) -> str:
    return f'<?xml version="1.0"?><a><b id="1">{text}</b></a>'


def _referred(data: bytes) -> str:
    return "".join(f"&#{ord(letter)};" for letter in _base64(data))


HIDDEN: dict[str, tuple[Callable[[bytes], str], str]] = {
    "rubbish": (lambda d: _json(_every(10, "!", d)), JSON),
    "more rubbish than base64": (lambda d: _json("!" * 300 + _every(1, "!!", d)), JSON),
    "blanks": (lambda d: _json(_every(4, " ", d)), JSON),
    "letters that JSON need not escape": (lambda d: _json(_every(5, "é", d)), JSON),
    "short lines": (lambda d: _json(_every(40, "\n", d)), JSON),
    "behind a key": (lambda d: _json("file=" + _base64(d)), JSON),
    "second of two": (lambda d: _json(_base64(b"MZ" * 400) + _base64(b"a") + _base64(d)), JSON),
    "blank before the comma": (lambda d: _json(DATA + ";base64 ," + _every(40, " ", d)), JSON),
    "URL without base64": (lambda d: _json(DATA + "," + quote_from_bytes(d)), JSON),
    "element, lines": (lambda d: _element(_every(40, "\n", d)), XML),
    "element, blanks": (lambda d: _element(_every(10, " ", d)), XML),
    "element, comments": (lambda d: _element(_every(50, "<!--x-->", d)), XML),
    "element, references": (lambda d: _element(_referred(d)), XML),
    "element, sections": (
        lambda d: _element(f"<![CDATA[{_every(50, ']]><![CDATA[', d)}]]>"),
        "application/soap+xml",
    ),
    "element that nobody declared": (lambda d: f"<a>{_every(40, chr(10), d)}</a>", ""),
    "attribute": (lambda d: f"<a f='{_every(40, chr(10), d)}'/>", XML),
    "page, blanks": (lambda d: f'<a href="{DATA};base64,{_every(10, " ", d)}">', PAGE),
    "page, lines": (lambda d: f"<a href='{DATA}; base64 ,{_every(40, chr(10), d)}'>", PAGE),
    "page, percent signs": (lambda d: f'<a href="{DATA},{quote_from_bytes(d)}">', PAGE),
    "style": (lambda d: f"a{{b:url({DATA},{quote_from_bytes(d)})}}", "text/css"),
    "all of a text": (lambda d: _every(40, "\n", d), TEXT),
    "all of a text, blanks": (lambda d: _every(10, " ", d), TEXT),
    "unknown kind of message": (lambda d: _json(_every(10, "!", d)), "message/x"),
    "text before JSON": (lambda d: "x" + _json(_every(10, "!", d)), "text/plain"),
    "JSON behind blanks": (lambda d: " " * 5000 + _json(_every(10, "!", d)), ""),
    "form as text": (lambda d: f"name=x\r\ndata={_base64(d)}\r\n", TEXT),
    "form with semicolons": (lambda d: f"name=x;data={_base64(d)}", FORM),
    "form, semicolons and percent signs": (
        lambda d: f"name=x;data={quote(_base64(d), safe='')}",
        FORM,
    ),
    "form, semicolon and blanks": (lambda d: f"a=1;data={_every(4, '+', d)};z=1", FORM),
    "form, rubbish": (lambda d: "data=" + quote(_every(5, "!", d), safe=""), FORM),
    "form, no base64": (lambda d: "data=" + quote_from_bytes(d), FORM),
    "JSON that is labelled as a form": (
        lambda d: f'{{"a": "&k={"x" * 100}", "data": "{_every(40, " ", d)}"}}',
        FORM,
    ),
}


def _nodes(node: TypeNode | None) -> set[str]:
    assert node is not None
    return {node.file_type.name}.union(*map(_nodes, node.children))


@pytest.mark.parametrize("write, declared_type", HIDDEN.values(), ids=HIDDEN)
def test_program(run: Examine, write: Callable[[bytes], str], declared_type: str) -> None:
    found = run(write(PE).encode(), declared_type=declared_type)
    assert "pe" in _nodes(found.types)
    assert found.unscanned == ()
    assert PE in [bytes(one.view) for one in found.extracted], "clamd has to see it"


@pytest.mark.parametrize("write, declared_type", HIDDEN.values(), ids=HIDDEN)
def test_test_file(run: Examine, write: Callable[[bytes], str], declared_type: str) -> None:
    found = run(write(eicar()).encode(), declared_type=declared_type)
    assert "TEST_Eicar_Nov26" in {one.name for one in found.detections} or eicar() in {
        bytes(one.view)[-len(eicar()) :] for one in found.extracted
    }


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("declared_type", [JSON, "application/vnd.x+json"])
def test_wide_json(run: Examine, encoding: str, declared_type: str) -> None:
    found = run(_json(_base64(PE)).encode(encoding), declared_type=declared_type)
    assert "pe" in _nodes(found.types)
    assert "pe" in _nodes(run(_json(_base64(PE)).encode(encoding), declared_type="a/b").types)


@pytest.mark.parametrize("declared_type", [XML, PAGE, "application/xml"])
def test_wide_markup(run: Examine, declared_type: str) -> None:
    page = f'<a href="{DATA};base64,{_base64(PE)}">'
    assert "pe" in _nodes(run(page.encode("utf-16-le"), declared_type=declared_type).types)
    assert "pe" in _nodes(run(page.encode("utf-16")).types)


@pytest.mark.parametrize("first", [b"\xff\xfe", b"<\0\0\0", b"R\0\0\0"])
def test_text_that_only_begins_as_wide(run: Examine, first: bytes) -> None:
    text = f'<a href="{DATA};base64,{_base64(PE)}">'.encode()
    assert "pe" in _nodes(run(first + text, declared_type=PAGE).types)


def test_text_in_an_old_charset(run: Examine) -> None:
    text = '{"n": "résumé", "d": "' + _every(10, "!", PE) + '"}'
    assert "pe" in _nodes(run(text.encode("latin-1")).types)


def test_field_of_a_form_with_parts(run: Examine) -> None:
    body = builders.multipart([Part("f", _every(10, " ", PE).encode())], "b")
    found = run(body, declared_type="multipart/form-data", parameters=(("boundary", "b"),))
    assert "pe" in _nodes(found.types)


def test_raw_bytes_in_a_field(run: Examine) -> None:
    """Only what divides fields has to be coded for most receivers."""
    coded = PE.replace(b"%", b"%25").replace(b"&", b"%26").replace(b"+", b"%2b")
    assert "pe" in _nodes(run(b"name=x&data=" + coded, declared_type=FORM).types)


def test_decoy_does_not_hide_what_follows(run: Examine) -> None:
    picture = _base64(builders.png())
    text = f"data:image/png;base64,{picture}\n" + _base64(PE)
    assert _nodes(run(text.encode(), declared_type=TEXT).types) >= {"png", "pe"}


TOKEN = json.dumps({"sub": "1", "name": "John Doe", "scope": "openid profile " * 8})
NOTHING = {
    "tokens": "\n".join(["GET /?token=" + _base64(TOKEN.encode()).rstrip("=")] * 300),
    "keys": "\n".join(["k=" + _base64(bytes(range(64))) + "\n"] * 300),
    "words": "Some words, and some more; as people write them. " * 100,
    "words in an element": _element("Some words &amp; <!-- more --> words. " * 100),
    "words, one a line": "some\nwords\n" * 1000,
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_nothing(run: Examine, text: str) -> None:
    found = run(text.encode())
    assert found.types is not None
    assert (found.types.children, found.detections, found.unscanned) == ((), (), ())


def test_whole(table: TypeTable, new_budget: MakeBudget) -> None:
    reader = FileReader(TypeScanner(table).recognise, new_budget())
    known = reader.whole(memoryview(b"data:a/b;base64,QUJD!"))
    assert known is not None
    assert (known.header, bytes(known.view)) == (b"a/b;", b"QUJD!")
    assert reader.whole(memoryview(b"some words, and some more of them " * 9)) is None
    assert reader.whole(memoryview(b"look: data:a/b;base64," + b"QUJD" * 40)) is None
