"""Elements of XML, picked out of hostile bytes without parsing the rest.

Documents have megabytes of markup of which a few elements matter.  The search is linear: XML lets
no `<` stand in a tag, so a tag that does not end costs no more than the way to the next one.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from scanners.budget import Budget
from scanners.utf_text import as_utf8, is_wide

LONGEST_VALUE = 64 * 1024

_ATTRIBUTE = re.compile(rb"([\w:.-]{1,100})\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_SECTION = re.compile(rb"<!--|<!\[CDATA\[|<\?")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}


@dataclass(frozen=True, slots=True)
class Element:
    """One opening tag, and the text up to the next one."""

    name: str
    """Without its prefix."""
    attributes: dict[str, str]
    """Names without prefix."""
    text: str


def as_markup(view: memoryview, budget: Budget) -> bytes:
    """Return the bytes as UTF-8; empty if they do not begin as markup does."""
    if is_wide(view):
        recoded = as_utf8(view, budget)
        view = view if recoded is None else recoded
    begins = bytes(view[:64]).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    return _flattened(bytes(view)) if begins else b""


def _flattened(data: bytes) -> bytes:
    """Leave out comments and instructions, and have sections of plain text say what they mean.

    All of them may stand within a word: `DDE<!-- -->AUTO` is one.
    """
    if b"<!" not in data and data.find(b"<?", 2) < 0:
        return data  # but for the declaration
    pieces: list[bytes] = []
    at = 0
    while section := _SECTION.search(data, at):
        end = data.find(_ENDS[section[0]], section.end())
        if end < 0:
            break  # no parser would go on
        pieces.append(data[at : section.start()])
        if section[0] == b"<![CDATA[":
            inner = data[section.end() : end]
            pieces.append(inner.replace(b"&", b"&amp;").replace(b"<", b"&lt;"))
        at = end + len(_ENDS[section[0]])
    return b"".join((*pieces, data[at:])) if at else data


def elements(data: bytes, *names: str) -> Iterator[Element]:
    """Yield the elements of these local names, in their order."""
    for match in _pattern(names).finditer(data):
        attributes = {
            _decoded(key).rpartition(":")[2]: _unescaped(double or single)
            for key, double, single in _ATTRIBUTE.findall(match[2])
        }
        yield Element(_decoded(match[1]), attributes, _unescaped(match[3]))


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    tag = rb"<(?:[\w.-]{1,100}:)?(%b)(?![\w.:-])((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>"
    return re.compile(tag % "|".join(names).encode() + rb"([^<]*)")


def _unescaped(raw: bytes) -> str:
    return html.unescape(_decoded(raw[:LONGEST_VALUE]))


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
