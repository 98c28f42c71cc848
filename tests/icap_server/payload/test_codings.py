"""Content codings as senders really write them."""

import pytest

from icap_server.payload.codings import EXCESS, MAX_CODINGS, body_codings, parse_codings
from icap_server.payload.http_head import HttpHead


@pytest.mark.parametrize(
    "values, codings",
    [
        ([], ()),
        ([""], ()),
        (["gzip"], ("gzip",)),
        (["GZIP, br"], ("gzip", "br")),
        (["x-gzip", " deflate "], ("gzip", "deflate")),
        (["identity", "none", "UTF-8"], ()),
        (["gzip;q=1"], ("gzip;q=1",)),
        (["gzip"] * 8, ("gzip",) * 8),
        (["gzip"] * 9, ("gzip",) * 8 + (EXCESS,)),
        (["gzip," * 10_000], ("gzip",) * 8 + (EXCESS,)),
    ],
)
def test_codings(values: list[str], codings: tuple[str, ...]) -> None:
    assert parse_codings(values) == codings


def test_codings_are_bounded() -> None:
    assert len(parse_codings(["x," * 10_000])) <= MAX_CODINGS + 1


@pytest.mark.parametrize(
    "transfer, codings",
    [("chunked", ("br",)), ("GZIP, Chunked", ("br", "gzip")), ("x", ("br", "x")), ("", ("br",))],
)
def test_transfer_codings_come_last(transfer: str, codings: tuple[str, ...]) -> None:
    fields = (("transfer-encoding", transfer), ("content-encoding", "br"))
    assert body_codings(HttpHead("HTTP/1.1", fields)) == codings


SIGNED = ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")


@pytest.mark.parametrize(
    "fields, codings",
    [
        ((SIGNED,), ("aws-chunked",)),
        ((SIGNED, ("content-encoding", "aws-chunked, gzip")), ("gzip", "aws-chunked")),
        ((("content-encoding", "gzip,aws-chunked"),), ("gzip", "aws-chunked")),
        ((("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ("content-encoding", "br")), ("br",)),
    ],
)
def test_chunks_with_signatures_lie_around_everything(
    fields: tuple[tuple[str, str], ...], codings: tuple[str, ...]
) -> None:
    assert body_codings(HttpHead("HTTP/1.1", fields, "PUT", "/x")) == codings
