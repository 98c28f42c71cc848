"""HTTP heads: read or refused, and a transfer built of them has few and short names.

Input: a request head, a blank line, a response head.
"""

import json
from datetime import UTC, datetime

from icap_server.payload.channels import Channels
from icap_server.payload.http_head import (
    MAX_FIELDS,
    HeadMalformed,
    HttpHead,
    parse_request_head,
    parse_response_head,
)
from icap_server.payload.names import KEPT
from icap_server.payload.transfer import MAX_HOST, build_transfer
from scanners.names import MAX_NAME
from verdicts.model import Transfer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def fuzz_one(data: bytes) -> None:
    first, _, second = data.partition(b"\r\n\r\n")
    request, response = read(first, upload=True), read(second, upload=False)
    if request is None and response is None:
        return
    for method in ("REQMOD", "RESPMOD"):
        transfer = build(method, request, response)
        assert transfer == build(method, request, response)
        check(transfer)


def read(data: bytes, *, upload: bool) -> HttpHead | None:
    try:
        head = (parse_request_head if upload else parse_response_head)(data)
    except HeadMalformed:
        return None
    assert len(head.fields) <= MAX_FIELDS
    for name, value in head.fields:
        assert name == name.lower()
        assert not set("\r\n\0") & set(value)
        assert value == value.strip(" \t")
    return head


def build(method: str, request: HttpHead | None, response: HttpHead | None) -> Transfer:
    return build_transfer(
        method=method,
        service="s",
        icap_fields={},
        request=request,
        response=response,
        channels=Channels({}),
        transfer_id="t",
        received_at=NOW,
    )


def check(transfer: Transfer) -> None:
    names = [transfer.file_name, *(other.name for other in transfer.other_names)]
    assert len(names) <= 2 * KEPT
    for name in names:
        assert len(name) <= MAX_NAME
        assert "/" not in name
        assert "\\" not in name
    assert len(transfer.host) <= MAX_HOST
    assert transfer.host == transfer.host.lower()
    json.dumps([names, transfer.url, transfer.declared_type, transfer.codings]).encode("utf-8")
