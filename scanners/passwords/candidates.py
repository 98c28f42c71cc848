"""Which passwords are tried on a file, the likely ones first.

1 what the transfer itself calls a password (URL, header and form fields); 2 words near "password"
in texts that came with it; 3 names of the file and of what it lies in; 4 the analysts' list; 5 what
everybody tries.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from scanners.model import Clue, Content, Source
from scanners.passwords.clues import Text, read_clues
from scanners.passwords.field_names import is_password_name, is_spoken_name
from scanners.passwords.from_names import from_names
from scanners.passwords.password import LONGEST, Password
from scanners.passwords.spoken import around_words, near_words, short_line

DEFAULTS = (
    "infected",
    "virus",
    "password",
    "1234",
    "12345",
    "123456",
    "4321",
    "VelvetSweatshop",  # what Excel itself tries, so that nobody is asked
    "/01Hannes Ruescher/01",  # what PowerPoint itself tries
)
MOST_LOOKED_AT = 10_000
"""Clues among which the nearest are chosen."""
MOST_GIVEN = 100
MOST_SPOKEN = 2000
MOST_NAMED = 300


def candidates(content: Content, listed: Sequence[str]) -> Iterator[Password]:
    """Yield each candidate once.  Nothing is read before it is asked for."""
    seen: set[str] = set()
    for password in _ordered(content, listed):
        text = password.text
        if 0 < len(text) <= LONGEST and text not in seen and _is_unicode(text):
            seen.add(text)
            yield password


def _is_unicode(text: str) -> bool:
    """Say whether it can be encoded at all: names may hold halves of characters."""
    try:
        text.encode("utf-16-le")
    except UnicodeEncodeError:
        return False
    return True


def _ordered(content: Content, listed: Sequence[str]) -> Iterator[Password]:
    by_source: dict[Source, dict[int, Clue]] = {}
    for clue in islice(content.clues, MOST_LOOKED_AT):
        by_source.setdefault(clue.source, {}).setdefault(id(clue.view), clue)
    given = by_source.get(Source.URL, {}).values()
    yield from _passwords((text.text for text in read_clues(given)), Source.URL, MOST_GIVEN)
    texts = list(read_clues(by_source.get(Source.MESSAGE, {}).values()))
    around = [clue.name for clue in by_source.get(Source.NAME, {}).values()]
    yield from _passwords(_given(texts), Source.FIELD, MOST_GIVEN)
    yield from _passwords(_spoken(texts), Source.MESSAGE, MOST_SPOKEN)
    yield from _passwords(from_names(content, around), Source.NAME, MOST_NAMED)
    yield from _passwords(listed, Source.LIST, len(listed))
    yield from _passwords(DEFAULTS, Source.DEFAULT, len(DEFAULTS))


def _passwords(texts: Iterable[str], source: Source, most: int) -> Iterator[Password]:
    return (Password(text, source) for text in islice(texts, most))


def _given(texts: Sequence[Text]) -> Iterator[str]:
    """Yield the values of fields so named, as they are and without blanks around them."""
    for text in texts:
        if len(text.text) <= 2 * LONGEST and is_password_name(text.name):
            yield text.text.strip()
            yield text.text.strip("\r\n")


def _spoken(texts: Sequence[Text]) -> Iterator[str]:
    """Yield what messages say: near a word for it; all of a short one; any word near such a word.

    A field that nobody wrote (an id, a type) comes last.
    """
    yield from chain.from_iterable(near_words(text.text) for text in texts)
    written = [text for text in texts if is_spoken_name(text.name)]
    yield from chain.from_iterable(short_line(text.text) for text in written)
    yield from chain.from_iterable(around_words(text.text) for text in texts)
    others = (text for text in texts if not is_spoken_name(text.name))
    yield from chain.from_iterable(short_line(text.text) for text in others)
