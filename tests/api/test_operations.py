"""What is added to operations; the whole document is looked at in test_description.py."""

from typing import Any

import pytest

from api.operations import complete


def operation(**more: Any) -> dict[str, Any]:
    return {
        "summary": "x",
        "responses": {"200": {"description": "OK", "content": {"application/json": {}}}},
        **more,
    }


def completed(method: str, problems: dict[str, str], **more: Any) -> dict[str, Any]:
    one = operation(**more)
    complete(one, method, problems, {})
    return one


def test_route_without_a_key() -> None:
    one = completed("post", {})
    assert list(one["responses"]) == ["200"]
    assert list(one["responses"]["200"]["headers"]) == ["X-Request-ID"]
    assert "parameters" not in one


@pytest.mark.parametrize(
    "method, problems, parameters",
    [("get", ["304", "429"], ["If-None-Match"]), ("post", ["409", "429"], ["Idempotency-Key"])],
)
def test_route_with_a_key(method: str, problems: list[str], parameters: list[str]) -> None:
    one = completed(method, {}, security=[{}])
    assert sorted(set(one["responses"]) - {"200"}) == problems
    assert [parameter["name"] for parameter in one["parameters"]] == parameters


@pytest.mark.parametrize("method, status", [("put", {"412", "428"}), ("post", {"412"})])
def test_precondition(method: str, status: set[str]) -> None:
    given = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
    one = completed(method, {}, parameters=[given])
    assert set(one["responses"]) == {"200"} | status


def test_words_of_a_route_are_kept() -> None:
    own = {"409": "Own words", "429": "Own, too"}
    one = completed("post", own, security=[{}])
    for status, words in own.items():
        assert one["responses"][status]["description"] == words
        shown = one["responses"][status]["content"]["application/problem+json"]["example"]
        assert shown["status"] == int(status)


def test_parameters_are_never_null() -> None:
    null, text, number = ({"type": one} for one in ("null", "string", "integer"))
    one = completed(
        "get",
        {},
        parameters=[
            {"name": "user", "in": "query", "schema": {"anyOf": [text, null], "title": "User"}},
            {"name": "b", "in": "query", "schema": {"anyOf": [text, number, null]}},
            {"name": "c", "in": "query", "schema": number, "description": "own"},
        ],
    )
    user, several, plain, _ = one["parameters"]
    assert user["schema"] == {"type": "string", "title": "User"}
    assert (user["description"], user["example"]) == ("Whoever the proxy says it was.", "ann")
    assert several["schema"] == {"anyOf": [text, number]}
    assert (plain["schema"], plain["description"]) == (number, "own")
