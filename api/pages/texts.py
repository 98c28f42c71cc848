"""How values look on a page: times, sizes, counts, and names that strangers chose."""

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup, escape

from verdicts.record import rfc3339

SHOWN = 64
"""Characters of a name in a list; the page of the verdict has it whole."""
TAIL = 24
"""Of those, the last ones: the extension is what matters."""
ELLIPSIS = "…"
MARKS = 6
"""Marks of one text: each takes 60 characters of the page and more, so strangers get few."""
UNSEEN = "\ufffd"
"""Stands for a character that would get a mark if the text had none of so many."""
STEPS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def visible(text: object) -> Markup:
    """Return the text with a mark for each character that cannot be seen or turns the reading.

    After MARKS of them UNSEEN stands for each, and their number at the end. For elements that
    isolate the direction of their text (<bdi>).
    """
    pieces, marked = [], 0
    for printable, run in groupby(str(text), str.isprintable):
        chars = "".join(run)
        if printable:
            pieces.append(escape(chars))
            continue
        left = max(MARKS - marked, 0)
        pieces.extend(map(_mark, chars[:left]))
        pieces.append(escape(UNSEEN * len(chars[left:])))
        marked += len(chars)
    if marked > MARKS:
        more = Markup('<span class="mark">and {} more characters that cannot be seen</span>')
        pieces.append(more.format(count(marked - MARKS)))
    return Markup("").join(pieces)


def _mark(char: str) -> Markup:
    name = unicodedata.name(char, "control character").lower()
    return Markup('<span class="mark" title="{}">U+{:04X}</span>').format(name, ord(char))


def visible_lines(text: object) -> Markup:
    """Return a text of several lines, each as `visible` has it."""
    return Markup("\n").join(map(visible, str(text).split("\n")))


def as_json(value: object, length: int) -> str:
    """Return the first characters of a value as JSON; what cannot be seen is escaped as there."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(
        char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1]
        for char in text[:length]
    )[:length]


def cut(text: object, length: int = SHOWN) -> str:
    """Return at most `length` characters: the first and the last ones of a longer text."""
    whole = str(text)
    if len(whole) <= length:
        return whole
    return whole[: length - TAIL - 1] + ELLIPSIS + whole[-TAIL:]


def name(text: object, length: int = SHOWN) -> Markup:
    """Return a stranger's text for a list: cut, visible, and apart from what is around it."""
    return Markup('<bdi class="name">{}</bdi>').format(visible(cut(text, length)))


def size(count: int) -> str:
    """Return bytes as people say them: "1.5 MiB"."""
    amount, step = float(count), 0
    while amount >= 1024 and step < len(STEPS) - 1:
        amount, step = amount / 1024, step + 1
    return f"{amount:.0f} {STEPS[step]}" if step == 0 else f"{amount:.1f} {STEPS[step]}"


def count(number: int) -> str:
    """Return 12,345 with narrow blanks, as no language takes them for a fraction."""
    return f"{number:,}".replace(",", "\u202f")


def moment(value: object, form: str = "%Y-%m-%d %H:%M:%S") -> Markup:
    """Return a time in UTC; a script adds what the clock on the wall says.

    Takes microseconds since 1970, a datetime, or a text of RFC 3339 from the API.
    """
    exact = rfc3339(value) if isinstance(value, int) else str(value)
    if isinstance(value, datetime):
        when = value.astimezone(UTC)
        exact = when.isoformat().replace("+00:00", "Z")
    else:
        when = datetime.fromisoformat(exact)
    return Markup('<time datetime="{}">{}</time>').format(exact, when.strftime(form))


def plain_moment(stamp: int) -> str:
    """Return a stored time as an input of a form takes it: UTC, to the minute."""
    return rfc3339(stamp)[: len("2026-11-23T18:00")]


def words(text: object) -> str:
    """Return a word of ours as people write it: "false_positive" as "false positive"."""
    return str(text).replace("_", " ")


FILTERS: dict[str, Callable[..., object]] = {
    "visible": visible,
    "visible_lines": visible_lines,
    "cut": cut,
    "as_json": as_json,
    "name": name,
    "size": size,
    "count": count,
    "moment": moment,
    "plain_moment": plain_moment,
    "words": words,
}
