"""What the layers share of a request."""

from starlette.requests import HTTPConnection

from api.exchange import Exchange, exchange_of, keep_secret


def test_secret_is_noted() -> None:
    scope = {"type": "http", "exchange": Exchange("id")}
    keep_secret(HTTPConnection(scope))
    assert exchange_of(scope).secret


def test_exchanges_share_nothing() -> None:
    first, second = Exchange("a"), Exchange("b")
    first.headers["X"] = "y"
    first.digest.update(b"x")
    assert second.headers == {}
    assert first.digest.digest() != second.digest.digest()
