"""MIME header values with parameters, as real senders write them (RFC 2045, 2231, 6266, 8187).

Lenient on purpose: whatever some receiver would take for a file name has to be seen.
"""

import binascii
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

LONGEST = 1024
"""Characters of a reading that only odd quotes explain."""

_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"?", re.DOTALL)
_TOKEN = re.compile(r"[^\x00-\x20()<>@,;:\\\"/\[\]?={}\x7f]+")
_PIECE = re.compile(r"(.+?)\*(\d{1,3})(\*?)")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"\\])")
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "latin-1",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "windows-1251": "cp1251",
    "koi8-r": "koi8-r",
    "iso-8859-15": "iso8859-15",
    "shift_jis": "shift_jis",
    "iso-2022-jp": "iso2022_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "euc_kr",
}
"""Charsets of names that are decoded; any other is read as Latin-1, which keeps the extension."""
for _codec in CHARSETS.values():
    b"a".decode(_codec)  # loads it now: a sandboxed worker can load nothing later


def parse_value(value: str, most: int | None = None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Split `main; a=1; b="2"`: main and parameters in order, names in lower case.

    `most`: read no more of the parameters than so many.
    """
    main, _, rest = value.partition(";")
    return main.strip().lower(), tuple(islice(_parameters(rest), most))


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """Walk `a=1; b="2"` once: hostile headers must not make a pattern try again and again."""
    at = 0
    while at < len(text):
        stop = text.find(";", at)
        stop = len(text) if stop < 0 else stop
        equals = text.find("=", at, stop)
        if equals < 0:
            at = stop + 1
            continue
        name = text[at:equals].strip().lower()
        start = equals + 1
        while start < len(text) and text[start].isspace():
            start += 1
        if quoted := _QUOTED.match(text, start):
            inner = _ESCAPED.sub(r"\1", quoted.group(1))
            yield name, inner
            stop = text.find(";", quoted.end())
            stop = len(text) if stop < 0 else stop
            rest = text[quoted.end() : stop].strip()
            if rest:  # some receivers read on behind the quote
                yield name, inner + rest.replace('"', "")
            if not quoted.group().endswith('"', 1) and ";" in inner:
                yield name, inner.partition(";")[0].strip()  # never closed: some ignore the quote
        else:
            rest = text[equals + 1 : stop].strip()
            yield name, rest
            token = _TOKEN.match(rest)
            if token and "." in token[0] and token[0] != rest:  # where some receivers stop
                yield name, token[0]
            close = text.find("'", start + 1) if text.startswith("'", start) else -1
            if close > 0:  # PHP takes these for quotes
                yield name, text[start + 1 : close]
        if '"' in rest:  # some take a semicolon behind it for a part of the value
            yield name, text[start : start + LONGEST].replace('"', "")
        at = stop + 1


def all_values(parameters: tuple[tuple[str, str], ...], wanted: str) -> tuple[str, ...]:
    """Return every reading of a parameter, the standard's own choice first, without repeats.

    `wanted*` wins over `wanted` (RFC 6266 §4.3), but receivers differ, so all are told.
    """
    extended: list[str] = []
    plain: list[str] = []
    pieces: dict[int, tuple[str, bool]] = {}
    for name, value in parameters:
        if name == wanted:
            plain.append(_undo_encoded_words(value))
        elif name == f"{wanted}*":
            extended.append(_undo_extended(value))
        elif (piece := _PIECE.fullmatch(name)) and piece.group(1) == wanted:
            pieces[int(piece.group(2))] = value, bool(piece.group(3))
    if pieces:
        extended.append(_join(pieces))
    return tuple(dict.fromkeys(value for value in (*extended, *plain) if value))


def _join(pieces: dict[int, tuple[str, bool]]) -> str:
    """Put RFC 2231 §3 continuations together; the first piece names the charset."""
    in_order = [pieces[number] for number in sorted(pieces)]
    first, coded = in_order[0]
    charset = ""
    if coded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        in_order[0] = first, coded
    raw = b"".join(
        unquote_to_bytes(text) if coded else text.encode("utf-8", "surrogateescape")
        for text, coded in in_order
    )
    return _decode(raw, charset)


def _undo_extended(value: str) -> str:
    """Decode charset'language'percent-encoded (RFC 8187 §3.2)."""
    if value.count("'") < 2:
        return unquote_to_bytes(value).decode("utf-8", "replace")
    charset, _, text = value.split("'", 2)
    return _decode(unquote_to_bytes(text), charset)


def _undo_encoded_words(value: str) -> str:
    """Decode =?charset?b?…?= (RFC 2047), which mail software puts into file names."""
    if "=?" not in value:
        return value
    joined = re.sub(r"\?=\s+=\?", "?==?", value)
    return _ENCODED_WORD.sub(_undo_word, joined)


def _undo_word(match: re.Match[str]) -> str:
    charset, kind, text = match.groups()
    raw = text.encode("utf-8", "surrogateescape")
    try:
        data = binascii.a2b_base64(raw) if kind in "bB" else binascii.a2b_qp(raw, header=True)
    except binascii.Error:
        return match.group()
    return _decode(data, charset)


def _decode(raw: bytes, charset: str) -> str:
    return raw.decode(CHARSETS.get(charset.lower(), "latin-1" if charset else "utf-8"), "replace")
