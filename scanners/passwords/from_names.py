"""What the name of a file, or of what it lies in, gives away of its password."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from scanners.model import Content
from scanners.passwords.spoken import near_words

MOST_NAMES = 12
MOST_PARTS = 12
SHORTEST_PART = 3
MAX_NAME = 255

_SEPARATOR = re.compile(r"[\s._()\[\]{}+,;=@#~-]+")
_FOLDER = re.compile(r"[/\\]")


def from_names(content: Content, around: Sequence[str] = ()) -> Iterator[str]:
    """Yield what the names say, stems, then their prefixes and parts; the nearest name first.

    `around` are names of what it lies in, beside those of its path.
    """
    names = list(islice(dict.fromkeys(_names(content, around)), MOST_NAMES))
    for name in names:
        yield from near_words(_stem(name).replace("_", " "))
        yield from near_words(_stem(name).replace("_", " ").replace("-", " "))
    for name in names:
        yield _stem(name)
    for name in names:
        yield from _prefixes(_stem(name))
    for name in names:
        parts = _SEPARATOR.split(_stem(name))
        yield from islice((part for part in parts if len(part) >= SHORTEST_PART), MOST_PARTS)


def _names(content: Content, around: Sequence[str]) -> Iterable[str]:
    own = (content.name, *content.other_names, content.url_name)
    for name in (*own, *reversed(content.path), *around):
        base = _FOLDER.split(name)[-1].strip()
        if 0 < len(base) <= MAX_NAME:
            yield base


def _stem(name: str) -> str:
    """Return the name without what follows its last dot."""
    return name.rpartition(".")[0] or name


def _prefixes(stem: str) -> Iterator[str]:
    """Yield what stands before each separator, longest first."""
    starts = [match.start() for match in _SEPARATOR.finditer(stem)][:MOST_PARTS]
    for at in reversed(starts):
        if at:
            yield stem[:at]
