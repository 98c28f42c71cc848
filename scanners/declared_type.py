"""Declared media types (RFC 9110 §8.3.1): one reading, or word that receivers read differently."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scanners.header_parameters import parse_value

MAX_PARAMETERS = 16
KEPT = 4
"""Further types kept from either end: receivers take the first or the last one."""
AMBIGUOUS = "multipart/malformed"
"""Stands for a multipart type without one certain boundary.  It has no boundary, so that the
multipart scanner calls the body malformed: whoever receives it may split it elsewhere."""

_CHAR = r"[!#$%&'*+\-.^_`|~0-9a-z]"
_TYPE = re.compile(rf"{_CHAR}{{1,127}}/{_CHAR}{{1,127}}")
_ITEM = re.compile(r"(?:[^,\"]|\"(?:[^\"\\]|\\.)*+\"?)++", re.DOTALL)
_BOUNDARY = re.compile(
    r";[ \t]*boundary=(?:\"([^\"\\;]+)\"|([^\s\",;]+))[ \t]*(?:;|\Z)", re.IGNORECASE
)

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """What the Content-Type fields of one head say."""

    media_type: str
    """Lower case, without parameters; empty if none; AMBIGUOUS."""
    parameters: Parameters
    """Names in lower case, values as sent, unquoted; at most MAX_PARAMETERS."""
    others: tuple[str, ...]
    """Types of further fields, at most 2 * KEPT; empty for a field that is no media type."""


def declared_type(values: Sequence[str]) -> DeclaredType:
    """Return what all Content-Type fields together declare.  Never raises.

    Browsers go by the last one, so it is `media_type`.  A list in one field is what proxies make
    of several (RFC 9110 §5.3).  With multipart in any of them, all have to be equal and clear.
    """
    distinct = tuple(dict.fromkeys(values))
    types = tuple(dict.fromkeys(name for value in distinct for name in media_types(value)))
    others = types[:-1] if len(types) <= 2 * KEPT else types[:KEPT] + types[-KEPT - 1 : -1]
    if any(map(_says_multipart, distinct)):
        media_type, parameters = parse_media_type(distinct[0])
        if len(distinct) == 1 and _is_certain(distinct[0], media_type, parameters):
            return DeclaredType(media_type, parameters, ())
        return DeclaredType(AMBIGUOUS, (), others)
    if len(types) == 1:
        return DeclaredType(types[0], parse_media_type(distinct[-1])[1], ())
    return DeclaredType(types[-1] if types else "", (), others)


def parse_media_type(value: str) -> tuple[str, Parameters]:
    """Return type and parameters: type and names in lower case, values as sent, unquoted.

    Never raises: what is no media type is the empty type, without parameters.  A blank ends the
    type: some senders forget the semicolon, and PHP takes that.
    """
    if ";" not in value:
        media_type = _first_word(value)
        return (media_type, ()) if _TYPE.fullmatch(media_type) else ("", ())
    main, parameters = parse_value(value, MAX_PARAMETERS)
    media_type = _first_word(main)
    return (media_type, parameters) if _TYPE.fullmatch(media_type) else ("", ())


def _first_word(text: str) -> str:
    return text.strip(" \t").partition(" ")[0].partition("\t")[0].lower()


def media_types(value: str) -> tuple[str, ...]:
    """Return the media types of one field; empty text if it has none at all."""
    found = (parse_media_type(item)[0] for item in _ITEM.findall(value))
    return tuple(filter(None, found)) or ("",)


def _says_multipart(value: str) -> bool:
    value = value.lower()
    return "multipart" in value.partition(";")[0] or "multipart/" in value


def _is_certain(value: str, media_type: str, parameters: Parameters) -> bool:
    """Say whether every receiver finds this boundary, however it looks for one.

    Some search for the first or last "boundary", some cut at commas, blanks or any semicolon.
    """
    stated = [text for name, text in parameters if "boundary" in name]
    match = _BOUNDARY.search(value)
    alone = media_type == value.partition(";")[0].strip(" \t").lower()
    if len(stated) != 1 or match is None or not alone or not media_type.startswith("multipart/"):
        return False
    (boundary,) = stated
    said = value.lower().count("boundary") - boundary.lower().count("boundary")
    return (
        said == 1
        and boundary == (match[1] or match[2]).strip()
        and "boundary=" not in boundary.lower()
    )
