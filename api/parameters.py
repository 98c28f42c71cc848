"""What no query may hold, whatever the route: things said twice, and bytes that are no text."""

import re
from collections import Counter
from functools import lru_cache
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

LISTS = (list, tuple, set, frozenset)
PARAMETERS = 100
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_query(request: Request) -> None:
    """Raise RequestValidationError; the route's own models look at the rest.

    The framework would take the last of several values, and U+FFFD for bytes that are not UTF-8:
    what was filtered by would not be what was asked for.
    """
    query = request.scope["query_string"].decode("latin-1")
    pairs = [one.partition("=") for one in query.split("&") if one]
    if len(pairs) > PARAMETERS:
        raise _wrong("", f"More than {PARAMETERS} parameters.")
    names = Counter(_text(name, "") for name, _, _ in pairs)
    for name, _, value in pairs:
        _text(value, _text(name, ""))
    route = request.scope.get("route")
    repeatable = repeatable_parameters(route.endpoint) if isinstance(route, APIRoute) else ()
    for name, count in names.items():
        if count > 1 and name not in repeatable:
            raise _wrong(name, "Given more than once.")


def _text(raw: str, field: str) -> str:
    if _BROKEN.search(raw):
        raise _wrong(field, "A % is not followed by two hexadecimal digits.")
    try:
        text = unquote_to_bytes(raw.replace("+", " ").encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise _wrong(field, "Not UTF-8.") from None
    if "\0" in text:
        raise _wrong(field, "It has a NUL character.")
    return text


@lru_cache(maxsize=256)
def repeatable_parameters(endpoint: Any) -> frozenset[str]:
    """Return the parameters of a route's function, and of its models, that take several values."""
    found: set[str] = set()
    for name, annotation in endpoint.__annotations__.items():
        for kind in _alternatives(annotation):
            if isinstance(kind, type) and not isinstance(kind, GenericAlias):
                if issubclass(kind, BaseModel):
                    fields = kind.model_fields.items()
                    found.update(one for one, field in fields if _takes_several(field.annotation))
            elif name != "return" and _takes_several(kind):
                found.add(name)
    return frozenset(found)


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return [kind for one in get_args(annotation) for kind in _alternatives(one)]
    return [annotation]


def _takes_several(annotation: Any) -> bool:
    return any((get_origin(one) or one) in LISTS for one in _alternatives(annotation))


def _wrong(name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "query", "loc": ("query", name), "msg": message}])
