"""Making a text fit by cutting long values, so that it stays well-formed and keeps every field."""

from collections.abc import Callable, Mapping

STEPS = ((1024, 50), (512, 20), (256, 10), (128, 5), (64, 2), (64, 0), (32, 0), (16, 0), (4, 0))
"""Characters of a text and entries of a list that remain, tried in this order."""
SPARED = frozenset(
    "id time sha256 verdict kind ruleset node action wanted level direction code reason".split()
)
"""Short by themselves, and useless if cut."""
ELLIPSIS = "…"


class TooLarge(ValueError):
    """Even with everything cut it does not fit."""


def fit(row: Mapping[str, object], render: Callable[[Mapping[str, object]], str], most: int) -> str:
    """Return what `render` makes of the row, at most so many bytes of UTF-8; raise TooLarge."""
    text = render(row)
    for length, entries in STEPS:
        if len(text.encode()) <= most:
            return text
        text = render(_cut_row(row, length, entries))
    if len(text.encode()) > most:
        raise TooLarge(f"{len(text.encode())} bytes, and {most} are allowed")
    return text


def _cut_row(row: Mapping[str, object], length: int, entries: int) -> dict[str, object]:
    return {
        key: value if key in SPARED and isinstance(value, str) else _cut(value, length, entries)
        for key, value in row.items()
    }


def _cut(value: object, length: int, entries: int) -> object:
    match value:
        case str():
            return value if len(value) <= length else value[:length] + ELLIPSIS
        case list():
            return [_cut(one, length, entries) for one in value[:entries]]
        case dict():
            return _cut_row(value, length, entries)
    return value
