"""What a file came with: the texts beside it and around it, in which its password may stand.

Costs one small record a container until somebody asks: nothing is read, sorted or decoded before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scanners.model import Clue, Content, Family, Source

TEXTS = 16
"""Texts beside a file that are told, the shortest ones: what says a password is short."""
SMALL = 1024
"""Bytes below which even unknown data may be a text."""
NESTED = 64
"""Messages within messages whose texts are told."""

_TELLING = frozenset({"text", "json", "html", "xml", "svg", "mail"})
_MESSAGES = ("multipart/", "message/", "application/http")


@dataclass(slots=True)
class Company:
    """All that one container holds; the clues of each of its members, nearest first."""

    container: Content
    members: Sequence[Content] = ()
    messages: list["Company"] = field(default_factory=list)
    """What the messages among the members hold, as far as they were opened."""

    def __iter__(self) -> Iterator[Clue]:
        told: set[int] = set()
        left = NESTED
        waiting = [self]
        while waiting and left:
            left -= 1
            company = waiting.pop(0)
            for content in (*company._texts(), company.container):
                if is_telling(content) and id(content) not in told:
                    told.add(id(content))
                    yield _clue(content)
            waiting += company.messages
        for name in filter(None, names_of(self.container)):
            yield Clue(memoryview(b""), Source.NAME, name)
        yield from self.container.clues

    def _texts(self) -> list[Content]:
        texts = filter(is_telling, self.members)
        return sorted(texts, key=lambda content: content.view.nbytes)[:TEXTS]


def is_message(content: Content) -> bool:
    """Say whether texts in it belong to what lies beside it, as those of a mail to its files do."""
    return content.declared_type.startswith(_MESSAGES) or content.file_type.name == "mail"


def is_telling(content: Content) -> bool:
    """Say whether somebody may have written a password into it."""
    kind, declared = content.file_type, content.declared_type
    if not content.view.nbytes or declared.startswith("multipart/"):
        return False
    return (
        kind.name in _TELLING
        or kind.family is Family.TEXT
        or declared.startswith(("text/", "message/"))
        or declared.endswith(("json", "urlencoded", "xml"))
        or (content.view.nbytes <= SMALL and kind.family is Family.DATA)
    )


def names_of(content: Content) -> tuple[str, ...]:
    return (content.name, *content.other_names, content.url_name)


def _clue(content: Content) -> Clue:
    return Clue(
        content.view,
        name=content.name or (content.path[-1] if content.path else ""),
        declared_type=content.declared_type,
        charset=dict(content.parameters).get("charset", ""),
        file_type=content.file_type,
    )


def clues_of_hints(hints: Iterable[str]) -> tuple[Clue, ...]:
    """Return what the heads of a transfer gave as its password."""
    return tuple(Clue(memoryview(text.encode("utf-8", "replace")), Source.URL) for text in hints)
