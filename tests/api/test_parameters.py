"""What no query may hold."""

from typing import Annotated, Any

import pytest
from fastapi import Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.parameters import check_query, repeatable_parameters


class Model(BaseModel):
    limit: int = 1
    kind: list[str] = []
    both: list[int] | None = None


def show(
    query: Annotated[Model, Query()], many: Annotated[list[int], Query()], other: str = ""
) -> None:
    raise NotImplementedError


def check(query: bytes, route: Any = None) -> list[tuple[Any, ...]]:
    made = APIRoute("/", show) if route is None else route
    scope = {"type": "http", "query_string": query, "route": made}
    try:
        check_query(Request(scope))
    except RequestValidationError as error:
        return [(one["loc"], one["msg"]) for one in error.errors()]
    return []


CASES = [
    (b"", []),
    (b"limit=1&kind=a&kind=b&both=1&both=2&many=1&many=2&other=", []),
    (b"limit=%e2%82%ac&&other=a+b", []),
    (b"limit=1&limit=2", [(("query", "limit"), "Given more than once.")]),
    (b"limit=1&%6cimit=2", [(("query", "limit"), "Given more than once.")]),
    (b"other=&other=", [(("query", "other"), "Given more than once.")]),
    (b"unknown&unknown", [(("query", "unknown"), "Given more than once.")]),
    (b"other=a%00", [(("query", "other"), "It has a NUL character.")]),
    (b"other=%ff", [(("query", "other"), "Not UTF-8.")]),
    (b"other=\xff", [(("query", "other"), "Not UTF-8.")]),
    (b"other=%ed%b3%bf", [(("query", "other"), "Not UTF-8.")]),
    (b"other=100%", [(("query", "other"), "A % is not followed by two hexadecimal digits.")]),
    (b"other=%zz", [(("query", "other"), "A % is not followed by two hexadecimal digits.")]),
    (b"%ff=1", [(("query", ""), "Not UTF-8.")]),
    (b"&".join(b"p%d=" % n for n in range(101)), [(("query", ""), "More than 100 parameters.")]),
    (b"&" * 1000 + b"limit=1&limit=1", [(("query", "limit"), "Given more than once.")]),
]


@pytest.mark.parametrize("query, wrong", CASES)
def test_query(query: bytes, wrong: list[tuple[Any, ...]]) -> None:
    assert check(query) == wrong


def test_without_a_route_nothing_may_be_repeated() -> None:
    assert check(b"kind=a&kind=b", "no route") == [(("query", "kind"), "Given more than once.")]


def test_repeatable() -> None:
    assert repeatable_parameters(show) == {"kind", "both", "many"}
