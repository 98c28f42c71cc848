"""What a file came with: told nearest first, and only if asked; messages are opened first."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from samples import builders
from scanners.base import Bench
from scanners.budget import Budget
from scanners.company import SMALL, TEXTS, Company, clues_of_hints, is_message, is_telling
from scanners.model import UNKNOWN_TYPE, Content, Family, FileType, Report, Source
from scanners.walk import examine

MakeBudget = Callable[..., Budget]
TEXT = FileType("text", "text/plain", Family.TEXT)
PLAIN = Content(memoryview(b"text"), file_type=TEXT)


def _text(data: bytes, **more: object) -> Content:
    return replace(PLAIN, view=memoryview(data), **more)  # type: ignore[arg-type]


def _views(company: Company) -> list[bytes]:
    return [bytes(clue.view) for clue in company]


def test_texts_beside_it_come_first_then_around_it() -> None:
    hints = clues_of_hints(("hint",))
    root = _text(b"root", clues=hints, declared_type="application/json")
    outer = Company(root)
    inner_container = _text(b"inner", clues=outer)
    outer.members = (_text(b"beside outer"), inner_container)
    inner = Company(inner_container, (_text(b"longer text"), _text(b"short")))
    found = _views(inner)
    assert found[:3] == [b"short", b"longer text", b"inner"]
    assert found[-1] == b"hint"
    assert {b"beside outer", b"root"} < set(found)
    assert [clue.source for clue in inner][-1] is Source.URL


def test_what_messages_hold_is_told_too() -> None:
    root = _text(b"root")
    message = _text(b"--x", declared_type="multipart/alternative")
    outer = Company(root, (message,))
    outer.messages.append(Company(message, (_text(b"pw: abc"),)))
    assert b"pw: abc" in _views(outer)
    assert b"--x" not in _views(outer)


def test_the_name_of_a_field_and_the_charset_are_told() -> None:
    part = _text(b"x", path=("form", "zip_pwd"), parameters=(("charset", "koi8-r"),))
    (clue, *_) = Company(_text(b"r"), (part,))
    assert (clue.name, clue.charset) == ("zip_pwd", "koi8-r")


def test_only_so_many_and_the_shortest() -> None:
    texts = [_text(b"x" * size) for size in range(TEXTS + 20, 0, -1)]
    found = _views(Company(_text(b""), texts))
    assert len(found) == TEXTS
    assert found[0] == b"x"


@pytest.mark.parametrize(
    "content, telling",
    [
        (PLAIN, True),
        (replace(PLAIN, view=memoryview(b"")), False),
        (replace(PLAIN, file_type=UNKNOWN_TYPE), True),
        (_text(bytes(SMALL + 1), file_type=UNKNOWN_TYPE), False),
        (_text(bytes(SMALL + 1), file_type=UNKNOWN_TYPE, declared_type="text/plain"), True),
        (_text(bytes(9), file_type=FileType("zip", "application/zip", Family.ARCHIVE)), False),
        (replace(PLAIN, declared_type="multipart/mixed"), False),
    ],
)
def test_what_may_tell(content: Content, telling: bool) -> None:
    assert is_telling(content) is telling


def test_messages() -> None:
    assert is_message(replace(PLAIN, declared_type="multipart/mixed"))
    assert is_message(replace(PLAIN, file_type=FileType("mail", "message/rfc822", Family.TEXT)))
    assert not is_message(PLAIN)


def _mail(text: bytes) -> bytes:
    """A mail whose archive stands before its text, which lies in a message of its own."""
    return (
        b"From: a@example.com\r\nSubject: pw is in the mail\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n'
        b"--o\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nLOCKED\r\n"
        b'--o\r\nContent-Type: multipart/alternative; boundary="i"\r\n\r\n'
        b"--i\r\nContent-Type: text/plain\r\n\r\n" + text + b"\r\n--i--\r\n--o--\r\n"
    )


def test_a_walk_tells_what_stands_behind_the_file(bench: Bench, new_budget: MakeBudget) -> None:
    seen: list[list[bytes]] = []

    class Asking:
        name = "asking"

        def scan(self, content: Content, budget: Budget) -> Report:
            if bytes(content.view) == b"LOCKED":
                seen.append([bytes(clue.view) for clue in content.clues])
            return Report()

    with_asking = replace(bench, scanners=(*bench.scanners, Asking()))
    mail = Content(memoryview(_mail(b"password: abc")), "a.eml", "message/rfc822")
    examine(mail, with_asking, new_budget())
    assert seen
    assert all(b"password: abc" in texts for texts in seen)


def test_an_honest_file_is_asked_for_no_clue(bench: Bench, new_budget: MakeBudget) -> None:
    class Forbidden:
        def __iter__(self) -> "Forbidden":
            raise AssertionError

    data = memoryview(builders.zip_of({"a.txt": b"text", "b.zip": builders.zip_of({"c": b"d"})}))
    found = examine(Content(data, clues=Forbidden()), bench, new_budget())  # type: ignore[arg-type]
    assert not found.unscanned


def test_names_of_what_it_lies_in_are_told() -> None:
    """The transferred file is in no path."""
    root = _text(b"root", name="outer.bin", url_name="get.zip")
    told = [clue.name for clue in Company(root) if clue.source is Source.NAME]
    assert told == ["outer.bin", "get.zip"]
