"""Media types with their parameters (RFC 9110 §8.3.1), and content codings (§8.4)."""

import re
from collections.abc import Iterable

from scanners.header_parameters import parse_value

MAX_PARAMETERS = 16
MAX_CODINGS = 8
"""Two are rare, three a trick."""
EXCESS = "excess"
"""Stands for the codings beyond MAX_CODINGS: nobody can undo it, so the body is not clean."""

CHAR = r"[!#$%&'*+\-.^_`|~0-9a-z]"
TYPE = re.compile(rf"{CHAR}{{1,127}}/{CHAR}{{1,127}}")
ALIASES = {"x-gzip": "gzip", "x-compress": "compress", "x-deflate": "deflate"}
NO_CODING = frozenset({"", "identity", "none", "utf-8"})
"""Seen in the wild for a body that is not coded; browsers ignore them too."""


def parse_media_type(value: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return type and parameters: type and names in lower case, values as sent, unquoted.

    Never raises: what is no media type is the empty type, without parameters.
    """
    if ";" not in value:
        media_type = value.strip(" \t").lower()
        return (media_type, ()) if TYPE.fullmatch(media_type) else ("", ())
    media_type, parameters = parse_value(value)
    return (media_type, parameters[:MAX_PARAMETERS]) if TYPE.fullmatch(media_type) else ("", ())


def parse_codings(values: Iterable[str]) -> tuple[str, ...]:
    """Return the codings of all Content-Encoding fields in the order they were applied."""
    codings = []
    for value in values:
        for item in value.split(","):
            name = item.strip(" \t").lower()
            if name not in NO_CODING:
                codings.append(ALIASES.get(name, name[:64]))
    if len(codings) > MAX_CODINGS:
        codings[MAX_CODINGS:] = [EXCESS]
    return tuple(codings)
