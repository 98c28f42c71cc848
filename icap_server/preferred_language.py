"""Which of our languages a reader wants: Accept-Language (RFC 9110 §12.5.4)."""

from collections.abc import Sequence

MOST_RANGES = 20
"""Further ones of a field are not looked at."""
MOST_CHARACTERS = 1000


def preferred_language(field: str, offered: Sequence[str], otherwise: str) -> str:
    """Return the offered language that the field weighs most; `otherwise` if it wants none.

    By the lookup of RFC 4647 §3.4: "de-AT" is served by "de".  "*" stands for `otherwise`.  Of
    equals, the one that is named first.  A range that is malformed counts as absent.
    """
    best, most = otherwise, 0.0
    for part in field[:MOST_CHARACTERS].split(",")[:MOST_RANGES]:
        name, _, parameter = part.partition(";")
        tag = name.strip().lower()
        language = otherwise if tag == "*" else tag.partition("-")[0]
        weight = _weight(parameter)
        if language in offered and weight > most:
            best, most = language, weight
    return best


def _weight(parameter: str) -> float:
    """Return q, from 0 to 1; 0 if it is malformed (RFC 9110 §12.4.2)."""
    text = parameter.strip().lower()
    if not text:
        return 1.0
    name, _, value = text.partition("=")
    digits = value.strip()
    if name.strip() != "q" or not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        return 0.0
    return min(float(digits), 1.0)
