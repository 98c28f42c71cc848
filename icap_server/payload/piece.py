"""Whether a body is only a range of its file, and which one (RFC 9110 §14.4, resumable uploads)."""

import re

from icap_server.payload.http_head import HttpHead
from verdicts.model import Piece

MAX_VALIDATOR = 256
"""Characters.  Longer entity tags do not occur; a cut one would make different files alike."""
TUS = "application/offset+octet-stream"
PARTIAL_UPLOAD = "application/partial-upload"
"""Resumable uploads (tus.io, draft-ietf-httpbis-resumable-upload): each request carries a piece."""
UPLOADS = frozenset({"POST", "PUT", "PATCH"})

NUMBER = re.compile(r"[0-9]{1,18}")  # fits any database and file system
CONTENT_RANGE = re.compile(
    r"bytes[ \t]+([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE
)
UNSATISFIED = re.compile(r"bytes[ \t]+\*/[0-9]{1,18}", re.IGNORECASE)
STRONG_TAG = re.compile(r"\"[\x21\x23-\x7e\x80-\xff]*\"")

BLOCKS = frozenset({"comp=block", "comp=appendblock", "comp=page"})
"""In the query of an upload to Azure Blob Storage."""
MULTIPART_UPLOAD = frozenset({"partnumber", "uploadid"})
"""In the query of a part for Amazon S3."""
SESSION = "/files/upload_session/"
"""In the path of a part for Dropbox."""

Bounds = tuple[int, int, int | None]
"""First and last byte, bytes of the whole file."""


def read_piece(head: HttpHead | None, declared_type: str) -> tuple[bool, Piece | None]:
    """Say whether the body is only a range of the file, and which one if that is well said.

    A range that is the whole file is none: players get one for "Range: bytes=0-".  What is
    contradictory, malformed, or a set of ranges (multipart/byteranges) is partial without a piece.
    """
    if head is None:
        return False, None
    if stated := head.all("content-range"):
        if head.status == 416 and all(map(UNSATISFIED.fullmatch, stated)):
            return False, None  # says how long the file is; the body is a page about the error
        bounds = _content_range(stated)
        carries = head.status == 206 or head.method in UPLOADS
    elif _is_resumable(head, declared_type):
        bounds = _upload_range(head)
        carries = head.method in UPLOADS
    else:
        return head.status == 206 or _is_part(head), None
    if bounds and bounds[0] == 0 and bounds[1] + 1 == bounds[2] == _stated_size(head, bounds[2]):
        return False, None
    if not bounds or not carries or declared_type.startswith("multipart/"):
        return True, None
    return True, Piece(*bounds, _validator(head))


def _is_part(head: HttpHead) -> bool:
    """Say whether an upload is a part by its address, or by ownCloud's field."""
    if head.method not in UPLOADS:
        return False
    path, _, query = head.target.lower().partition("?")
    fields = set(query.split("&"))
    return (
        not fields.isdisjoint(BLOCKS)
        or {field.partition("=")[0] for field in fields} >= MULTIPART_UPLOAD
        or SESSION in path
        or bool(head.first("oc-chunked"))
    )


def _stated_size(head: HttpHead, otherwise: int | None) -> int | None:
    return _number(head, "content-length") if head.all("content-length") else otherwise


def _content_range(stated: tuple[str, ...]) -> Bounds | None:
    match = CONTENT_RANGE.fullmatch(stated[0])
    if not match or len(set(stated)) != 1:
        return None
    total = None if match[3] == "*" else int(match[3])
    return _checked(int(match[1]), int(match[2]), total)


def _is_resumable(head: HttpHead, declared_type: str) -> bool:
    return (
        declared_type in {TUS, PARTIAL_UPLOAD}
        or head.first("upload-complete") == "?0"
        or bool(head.method in UPLOADS and head.first("upload-offset"))
    )


def _upload_range(head: HttpHead) -> Bounds | None:
    """Return the range of a resumable upload; None without Content-Length: its end is not stated.

    A POST creates the upload, and what it carries is the beginning.
    """
    size = _number(head, "content-length")
    first = _number(head, "upload-offset")
    if first is None and head.method == "POST" and not head.all("upload-offset"):
        first = 0
    if first is None or not size:
        return None
    total = _number(head, "upload-length")
    if total is None and head.first("upload-complete") == "?1":
        total = first + size
    return _checked(first, first + size - 1, total)


def _checked(first: int, last: int, total: int | None) -> Bounds | None:
    valid = first <= last and (total is None or last < total)
    return (first, last, total) if valid else None


def _number(head: HttpHead, name: str) -> int | None:
    values = set(head.all(name))
    text = values.pop() if len(values) == 1 else ""
    return int(text) if NUMBER.fullmatch(text) else None


def _validator(head: HttpHead) -> str:
    """Return what two pieces of one version have alike: a strong tag, else the date."""
    tags = head.all("etag")
    if len(set(tags)) == 1 and STRONG_TAG.fullmatch(tags[0]):
        return tags[0] if len(tags[0]) <= MAX_VALIDATOR else ""
    dates = head.all("last-modified")
    return dates[0] if len(set(dates)) == 1 and len(dates[0]) <= MAX_VALIDATOR else ""
