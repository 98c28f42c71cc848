"""Clues, read: which texts came with a file, and under which names.

Mails, JSON documents, forms and markup are taken apart no further than to find short texts in them;
broken ones are read as well, for people do.
"""

import binascii
import codecs
import html
import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from quopri import decodestring
from urllib.parse import unquote_plus

from scanners.model import Clue, Source

MOST_CLUES = 64
MOST_BYTES = 64 * 1024
"""Of one text that are read; of a document with fields FIELD_BYTES, for files lie between them."""
FIELD_BYTES = 32 * 1024 * 1024
MOST_FIELDS = 200
LONGEST_FIELD = 2000
"""Characters of a field that may be a message."""
MAIL_HEAD = 16 * 1024

_JSON = re.compile(rb'"([^"\\]{1,100})"\s{0,8}:\s{0,8}"((?:[^"\\]|\\.){1,2000})"')
_SEGMENT = re.compile(rb"[^&]++")
_ELEMENT = re.compile(rb"<(?:[\w-]{1,40}:)?([\w.-]{1,60})(?:\s[^<>]{0,200})?>([^<>]{1,2000})</")
_ATTRIBUTE = re.compile(rb"[\s<]([\w:.-]{1,60})\s{0,4}=\s{0,4}[\"']([^\"'<>]{1,200})[\"']")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>")
_SUBJECT = re.compile(rb"^subject:[ \t]*((?:[^\r\n]|\r?\n[ \t]){1,2000})", re.I | re.M)
_ENCODED_WORD = re.compile(r"=\?([\w-]{1,40})(?:\*[\w-]*)?\?([bqBQ])\?([^?\s]{0,500})\?=\s*")
_CODECS = {
    name: codecs.lookup(codec).name  # loads it now: a sandboxed worker can load nothing later
    for codec, names in {
        "utf-8": "utf-8 utf8 us-ascii ascii",
        "utf-8-sig": "",
        "cp1252": "windows-1252 cp1252 iso-8859-1 latin-1 latin1 iso-8859-15",  # as browsers do
        "cp1250": "windows-1250 cp1250",
        "iso-8859-2": "iso-8859-2 latin2",
        "cp1251": "windows-1251 cp1251 iso-8859-5",
        "koi8-r": "koi8-r koi8-u",
        "cp866": "cp866 ibm866",
        "cp1253": "windows-1253 cp1253 iso-8859-7",
        "cp1254": "windows-1254 cp1254 iso-8859-9",
        "cp1255": "windows-1255 cp1255 iso-8859-8 iso-8859-8-i",
        "cp1256": "windows-1256 cp1256 iso-8859-6",
        "cp1258": "windows-1258 cp1258",
        "gb18030": "gb18030 gbk gb2312 hz-gb-2312",
        "big5": "big5 big5-hkscs",
        "cp932": "shift_jis shift-jis sjis cp932 windows-31j",
        "euc-jp": "euc-jp",
        "iso-2022-jp": "iso-2022-jp",
        "cp949": "euc-kr ks_c_5601-1987 cp949",
        "cp874": "windows-874 cp874 tis-620",
        "utf-16": "utf-16",
        "utf-16-le": "utf-16le",
        "utf-16-be": "utf-16be",
    }.items()
    for name in (codec, *names.split())
}
"""Label -> codec, for the labels that mails and pages bear."""

Plain = Callable[[str], str]
"""Undoes the escapes of the document that a text stands in."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that came with a file, decoded."""

    source: Source
    name: str
    """Of the field; empty for a message."""
    text: str


def read_clues(clues: Iterable[Clue]) -> Iterator[Text]:
    """Yield the texts of the nearest MOST_CLUES, in their order."""
    for clue in islice(clues, MOST_CLUES):
        yield from read_clue(clue)


def read_clue(clue: Clue) -> Iterator[Text]:
    """Yield what one clue says; nothing raises, whatever its bytes are."""
    kinds = f"{clue.file_type.name} {clue.declared_type.rpartition('/')[2]}"
    if "mail" in kinds or clue.declared_type.startswith("message/"):
        yield from _subject(clue)
    elif clue.declared_type.endswith("urlencoded"):
        yield from _form_fields(clue)
    elif "json" in kinds:
        yield from _fields(clue, _JSON, FIELD_BYTES, _unescaped)
    elif "html" in kinds or "xml" in kinds or "svg" in kinds:
        yield from _fields(clue, _ELEMENT, FIELD_BYTES, html.unescape)
        yield from _fields(clue, _ATTRIBUTE, MOST_BYTES, html.unescape)
        text = decoded(clue.view[:MOST_BYTES], clue.charset)
        bare = _TAG.sub(" ", _BREAK.sub("\n", text))
        yield Text(clue.source, clue.name, html.unescape(bare))
    else:
        yield Text(clue.source, clue.name, decoded(clue.view[:MOST_BYTES], clue.charset))


def decoded(view: memoryview, charset: str = "") -> str:
    """Return the text in UTF-16 with a mark, else UTF-8, else as declared, else Windows' code."""
    data = bytes(view)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and len(data) == MOST_BYTES:  # cut in a character
            return data[: error.start].decode("utf-8-sig")
    return data.decode(_CODECS.get(charset.strip().lower(), "cp1252"), "replace")


def _subject(clue: Clue) -> Iterator[Text]:
    found = _SUBJECT.search(bytes(clue.view[:MAIL_HEAD]))
    if found:
        text = decoded(memoryview(found[1]))
        yield Text(clue.source, "subject", _ENCODED_WORD.sub(_decode_word, text))


def _decode_word(match: re.Match[str]) -> str:
    """Return an encoded word of a header in clear (RFC 2047)."""
    charset, coding, text = match.groups()
    try:
        raw = text.encode("ascii")
        data = b64decode(raw) if coding in "bB" else decodestring(raw, header=True)
    except (binascii.Error, ValueError):
        return match[0]
    return decoded(memoryview(data), charset)


def _fields(clue: Clue, pattern: re.Pattern[bytes], most: int, plain: Plain) -> Iterator[Text]:
    for match in islice(pattern.finditer(clue.view[:most]), MOST_FIELDS):
        name, value = (plain(decoded(memoryview(part))) for part in match.groups())
        yield Text(clue.source, name, value)


def _form_fields(clue: Clue) -> Iterator[Text]:
    short = (m for m in _SEGMENT.finditer(clue.view[:FIELD_BYTES]) if len(m[0]) <= LONGEST_FIELD)
    for match in islice(short, MOST_FIELDS):
        name, _, value = decoded(memoryview(match[0])).partition("=")
        yield Text(clue.source, unquote_plus(name), unquote_plus(value))


def _unescaped(text: str) -> str:
    """Return a JSON string in clear, lone surrogates replaced."""
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return text
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
