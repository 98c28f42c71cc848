"""Content codings (RFC 9110 §8.4) and transfer codings (RFC 9112 §7) of a body."""

from collections.abc import Iterable

from icap_server.payload.http_head import HttpHead

MAX_CODINGS = 8
"""Two are rare, three a trick."""
EXCESS = "excess"
"""Stands for the codings beyond MAX_CODINGS: nobody can undo it, so the body is not clean."""

ALIASES = {"x-gzip": "gzip", "x-compress": "compress", "x-deflate": "deflate"}
AWS_CHUNKED = "aws-chunked"
"""Chunks with signatures around a body for Amazon S3.  Many clients do not list it."""
NO_CODING = frozenset({"", "identity", "none", "utf-8"})
"""Seen in the wild for a body that is not coded; browsers ignore them too."""


def body_codings(head: HttpHead) -> tuple[str, ...]:
    """Return what is to be undone, in the order it was applied.

    Transfer codings were applied last.  "chunked" is undone by whoever hands the body over; one
    that compresses has no business here, and whether it was undone only the bytes can tell.
    """
    content = parse_codings(head.all("content-encoding"))
    if AWS_CHUNKED in content or head.first("x-amz-content-sha256").startswith("STREAMING-"):
        # applied last, though Amazon's own examples list it first
        content = (*(coding for coding in content if coding != AWS_CHUNKED), AWS_CHUNKED)
    applied = parse_codings(head.all("transfer-encoding"))
    return (*content, *(coding for coding in applied if coding != "chunked"))


def parse_codings(values: Iterable[str]) -> tuple[str, ...]:
    """Return the codings that all these fields list, in the order they were applied."""
    codings = []
    for value in values:
        for item in value.split(","):
            name = item.strip(" \t").lower()
            if name not in NO_CODING:
                codings.append(ALIASES.get(name, name[:64]))
    if len(codings) > MAX_CODINGS:
        codings[MAX_CODINGS:] = [EXCESS]
    return tuple(codings)
