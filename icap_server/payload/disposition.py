"""The file name in a Content-Disposition field, whichever of its five notations is used.

RFC 6266 with filename* (RFC 8187), continuations of RFC 2231 §3, quoted pairs, words of RFC 2047
and percent escapes: browsers read them all, so a disguise may hide in each.
"""

import re
from base64 import b64decode
from binascii import Error, a2b_qp
from urllib.parse import unquote_to_bytes

# Any bytes but ";" "=" and blanks may name a parameter; quoted values may hold semicolons.
# One that is never closed runs to the end; an unquoted one runs to the semicolon.
PARAMETER = re.compile(
    r';[ \t]*([^;=" \t]{1,64})[ \t]{0,64}=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL
)
# Only these two: a backslash before anything else is a Windows path (RFC 6266 appendix D)
PAIR = re.compile(r'\\(["\\])')
EXTENDED = re.compile(r"([A-Za-z0-9_.:-]{0,32})'[^']{0,64}'(.*)", re.DOTALL)
# RFC 2047 §2: =?charset*language?encoding?text?=; blanks between two words do not count (§6.2)
WORD = re.compile(r"=\?([A-Za-z0-9_.:-]{1,32})(?:\*[^?]{0,32})?\?([bBqQ])\?([^?]{0,2048})\?=")
BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t]{1,64}(?==\?)")
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")

CHARSETS = frozenset(
    ["utf-8", "utf8", "us-ascii", "ascii", "koi8-r", "koi8-u", "gbk", "gb2312", "gb18030", "big5"]
    + ["shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "tis-620"]
    + [f"iso-8859-{part}" for part in range(1, 17) if part != 12]
    + [f"windows-{page}" for page in range(1250, 1259)]
)
"""Python knows other codecs too; some take quadratic time, one inflates, one needs an import."""


def disposition_name(value: str) -> str:
    """Return the name that `value`, Latin-1 decoded, gives the file; empty if none.  Never raises.

    filename* wins over continuations, they win over filename (RFC 6266 §4.3).
    """
    if not value:
        return ""
    found: dict[str, str] = {}
    for name, quoted, plain in PARAMETER.findall(value):
        text = PAIR.sub(r"\1", quoted) if quoted else plain.strip(" \t")
        found.setdefault(name.lower(), text)
    return (
        _extended(found.get("filename*", ""))
        or _continued(found)
        or decode_name(found.get("filename", ""))
    )


def decode_name(text: str) -> str:
    """Undo what senders do to a name that a field could not hold: UTF-8, RFC 2047, percent."""
    if not text.isascii():
        try:
            text = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text
    if "=?" in text:
        text = WORD.sub(_word, BETWEEN_WORDS.sub("", text))
    if ESCAPE.search(text):
        try:
            return unquote_to_bytes(text).decode("utf-8")
        except UnicodeDecodeError:  # then it was not escaped: "100%ff" is a name as well
            return text
    return text


def _extended(text: str) -> str:
    """Read charset'language'percent-encoded (RFC 8187 §3.2); empty if it is not that."""
    match = EXTENDED.fullmatch(text)
    return _text(unquote_to_bytes(match[2].encode("latin-1", "replace")), match[1]) if match else ""


def _continued(found: dict[str, str]) -> str:
    """Join filename*0, filename*1* … up to the first that is missing (RFC 2231 §3, §4.1)."""
    charset, joined = "utf-8", b""
    for number in range(len(found)):
        if (part := found.get(f"filename*{number}")) is not None:
            joined += part.encode("latin-1", "replace")
        elif (part := found.get(f"filename*{number}*")) is not None:
            if number == 0 and (match := EXTENDED.fullmatch(part)):
                charset, part = match[1], match[2]
            joined += unquote_to_bytes(part.encode("latin-1", "replace"))
        else:
            break
    return _text(joined, charset)


def _word(match: re.Match[str]) -> str:
    """Decode one word of RFC 2047 §2; one that cannot be decoded stays as it is."""
    charset, encoding, text = match.groups()
    try:
        if encoding in "bB":
            return _text(b64decode(text + "=" * (-len(text) % 4)), charset)
        return _text(a2b_qp(text, header=True), charset)
    except (Error, ValueError):
        return match[0]


def _text(data: bytes, charset: str) -> str:
    if charset.lower() in CHARSETS:
        return data.decode(charset, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
