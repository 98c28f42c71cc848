"""Text: what encoding, whether it is any at all, and which of the common kinds."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

HEAD = 4096
"""Bytes that decide whether something is text."""
SAMPLE, TAIL = 8192, 4096
"""Bytes at the start and at the end in which scripts, shortcuts and pages are recognised."""
TEXT_BYTES = bytes({7, 8, 9, 10, 12, 13, 27} | set(range(0x20, 0x100)) - {0x7F})
"""As libmagic's own encoding test."""
STRAY = 64
"""A script may hold one other byte in so many: old ones end in 1A, interpreters skip NUL."""
BLANKS = b" \t\r\n\v\f"

Decode = Callable[[bytes, str, bool], tuple[str, int]]

_MARKS: tuple[tuple[bytes, Decode], ...] = (
    (codecs.BOM_UTF32_LE, codecs.utf_32_le_decode),
    (codecs.BOM_UTF32_BE, codecs.utf_32_be_decode),
    (codecs.BOM_UTF16_LE, codecs.utf_16_le_decode),
    (codecs.BOM_UTF16_BE, codecs.utf_16_be_decode),
)
_FIELD = re.compile(rb"(?:>?From |([!-9;-~]{2,70}):)[^\n]*+(?:\n[ \t][^\n]*+)*+\n")
_MAIL_PROGRAMS = frozenset(b"received return-path message-id mime-version delivered-to".split())
_MAIL_FIELDS = _MAIL_PROGRAMS | frozenset(b"from to cc subject date sender reply-to".split())
_MIME_FIELDS = frozenset(b"mime-version content-type".split())
_JSON = re.compile(rb"\s*(?:\{\s*(?:\"|\})|\[\s*[\[{\"\d\]-])")
_NOT_BLANK = re.compile(rb"[^ \t\r\n\v\f]")


@dataclass(frozen=True, slots=True)
class Text:
    """The start and the end of a text, as bytes that read as ASCII."""

    sample: bytes
    """UTF-16 and UTF-32 as UTF-8; without mark and blanks in front."""
    sure: bool
    """Unicode without control characters: no other format looks like that."""
    lower: bytes
    """The sample in lower case."""


def read_text(view: memoryview, head: bytes) -> Text | None:
    """Return what of the text is looked at; None if the bytes are none."""
    for mark, decode in _MARKS:
        if head.startswith(mark):
            return _wide(view, len(mark), decode)
    stray = len(head.translate(None, TEXT_BYTES))
    if stray * STRAY > len(head):
        return None
    start = 0
    if not head.strip(BLANKS) and (found := _NOT_BLANK.search(view)):
        start = found.start()  # blanks are all that the head holds
    sample = bytes(view[start : start + SAMPLE])
    if len(view) > start + SAMPLE:
        sample += b"\n" + bytes(view[max(start + SAMPLE, len(view) - TAIL) :])
    sample = sample.removeprefix(codecs.BOM_UTF8).lstrip(BLANKS)
    return Text(sample, not stray and _is_utf8(head, len(view) <= HEAD), sample.lower())


def _wide(view: memoryview, start: int, decode: Decode) -> Text | None:
    """Read a text of wide characters; random bytes hold some that nobody prints."""
    said = decode(bytes(view[start : start + SAMPLE]), "replace", False)[0]
    if not all(character.isprintable() or character.isspace() for character in said[:64]):
        return None
    if len(view) > start + SAMPLE:
        last = max(start + SAMPLE, len(view) - TAIL)
        said += "\n" + decode(bytes(view[last + (last - start) % 4 :]), "replace", False)[0]
    sample = said.encode("utf-8", "replace").lstrip(BLANKS)
    return Text(sample, True, sample.lower())


def is_text(head: bytes) -> bool:
    """Say whether libmagic would take it for text of some encoding."""
    return not head.translate(None, TEXT_BYTES)


def _is_utf8(head: bytes, whole: bool) -> bool:
    try:
        codecs.utf_8_decode(head, "strict", whole)
    except UnicodeDecodeError:
        return False
    return True


def is_json(sample: bytes) -> bool:
    return _JSON.match(sample) is not None


def is_mail(head: bytes) -> bool:
    """Say whether a text begins with the header of a mail (RFC 5322 §3.6), or a mailbox with one.

    Two fields that mail has, one of them written by mail programs: HTTP heads have a date, too.
    Pages saved as one file, which Word opens as documents, may have but the two of MIME.
    """
    if not _FIELD.match(head):
        return False
    names: set[bytes] = set()
    at = 0
    while field := _FIELD.match(head, at):
        names.add((field[1] or b"").lower())
        at = field.end()
    return names >= _MIME_FIELDS or (
        len(names & _MAIL_FIELDS) > 1 and not names.isdisjoint(_MAIL_PROGRAMS)
    )
