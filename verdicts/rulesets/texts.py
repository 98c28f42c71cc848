"""Texts of people about rule sets, as JSON and terminals can show them."""

JOINERS = "\u200c\u200d"
"""Invisible, and part of words in some scripts."""


def legible(text: str) -> str:
    """Return the text with U+FFFD for what cannot be shown, and a space for any white space.

    That is what is no Unicode (a lone surrogate stands for a byte of another encoding), what
    steers a terminal, and what turns the direction of writing.
    """
    return text if text.isprintable() else "".join(map(_legible, text))


def make_legible(record: object, *names: str) -> None:
    """Replace these texts of a frozen record; for its `__post_init__`."""
    for name in names:
        object.__setattr__(record, name, legible(getattr(record, name)))


def _legible(char: str) -> str:
    if char.isprintable() or char in JOINERS:
        return char
    return " " if char.isspace() else "\ufffd"
