"""ECS events, against the names and types of the fields of ECS 8.11 that we use."""

import json
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address

import pytest
from hypothesis import given, settings

from tests.verdicts.formats.rows import (
    BARE,
    CLEAN,
    GAP,
    ROWS,
    WATCHED,
    WORM,
    Row,
    hostile_rows,
    monster,
)
from verdicts.formats.ecs import ecs

FIELDS = {  # https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html
    "@timestamp": "date",
    "message": "text",
    "ecs.version": "keyword",
    "event.id": "keyword",
    "event.kind": "keyword",
    "event.category": "keywords",
    "event.type": "keywords",
    "event.action": "keyword",
    "event.outcome": "keyword",
    "event.code": "keyword",
    "event.module": "keyword",
    "event.dataset": "keyword",
    "event.provider": "keyword",
    "event.reason": "keyword",
    "event.severity": "long",
    "event.risk_score": "float",
    "event.duration": "long",
    "observer.vendor": "keyword",
    "observer.product": "keyword",
    "observer.type": "keyword",
    "observer.version": "keyword",
    "observer.name": "keyword",
    "file.name": "keyword",
    "file.extension": "keyword",
    "file.size": "long",
    "file.mime_type": "keyword",
    "file.type": "keyword",
    "file.hash.sha256": "keyword",
    "rule.name": "keyword",
    "rule.category": "keyword",
    "rule.description": "keyword",
    "rule.ruleset": "keyword",
    "rule.version": "keyword",
    "url.original": "wildcard",
    "url.full": "wildcard",
    "url.scheme": "keyword",
    "url.domain": "keyword",
    "url.port": "long",
    "url.path": "wildcard",
    "url.query": "keyword",
    "source.address": "keyword",
    "source.ip": "ip",
    "user.name": "keyword",
    "network.application": "keyword",
    "network.direction": "keyword",
    "related.hash": "keywords",
    "related.ip": "ips",
    "related.user": "keywords",
    "related.hosts": "keywords",
}
ALLOWED = {  # fields whose values ECS fixes
    "event.kind": {"alert", "event"},
    "event.category": {"malware", "file", "network"},
    "event.type": {"denied", "allowed", "info"},
    "event.outcome": {"success"},
    "network.direction": {"inbound", "outbound"},
}


def flat(event: dict[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in event.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{name}.")
        else:
            yield above + name, value


def fits(kind: str, value: object) -> bool:
    match kind:
        case "keyword" | "wildcard" | "text":
            return isinstance(value, str) and value != ""
        case "long":
            return type(value) is int and abs(value) < 2**63
        case "float":
            return type(value) is float
        case "date":
            return datetime.fromisoformat(str(value)).tzinfo is not None
        case "ip":
            return bool(ip_address(str(value)))
        case _:  # several of them
            assert isinstance(value, list)
            return all(fits(kind.removesuffix("s"), one) for one in value)


def check(event: dict[str, object]) -> None:
    for name, value in flat(event):
        if name.startswith("douane."):
            continue
        assert fits(FIELDS[name], value), (name, value)
        if name in ALLOWED:
            assert set(value if isinstance(value, list) else [value]) <= ALLOWED[name]
    json.dumps(event).encode()


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_fields(row: Row) -> None:
    check(ecs(row))


@settings(max_examples=50)
@given(hostile_rows())
def test_any_row_fits(row: Row) -> None:
    event = ecs(row)
    check(event)
    assert dict(flat(event))["event.id"] == row["id"]


def test_worm() -> None:
    event = dict(flat(ecs(WORM)))
    expected = {
        "@timestamp": "2026-01-02T03:04:05.678901Z",
        "message": "Malicious file blocked: MAL_Worm_Choke_Nov26",
        "event.kind": "alert",
        "event.category": ["malware", "file", "network"],
        "event.type": ["denied", "info"],
        "event.action": "block",
        "event.risk_score": 95.0,
        "event.duration": 12_500_000,
        "file.name": "photo.jpg.exe",
        "file.extension": "exe",
        "file.mime_type": "application/x-dosexec",
        "file.hash.sha256": "ab" * 32,
        "rule.name": "MAL_Worm_Choke_Nov26",
        "rule.ruleset": "0123456789abcdef",
        "rule.version": "0123456789abcdef",
        "url.full": WORM["url"],
        "url.domain": "im.example",
        "url.port": 8443,
        "url.query": "x=1",
        "source.ip": "192.0.2.7",
        "network.application": "telegram",
        "network.direction": "inbound",
        "related.ip": ["192.0.2.7"],
        "related.hosts": ["im.example"],
        "douane.clause": "malware",
        "douane.enforced": True,
    }
    assert {name: event[name] for name in expected} == expected


@pytest.mark.parametrize(
    "row, kind, kinds",
    [
        (CLEAN, "event", ["allowed", "info"]),
        (WATCHED, "alert", ["allowed", "info"]),
        (GAP, "alert", ["denied", "info"]),
    ],
)
def test_kinds(row: Row, kind: str, kinds: list[str]) -> None:
    event = dict(flat(ecs(row)))
    assert (event["event.kind"], event["event.type"]) == (kind, kinds)


def test_what_is_not_known_is_left_out() -> None:
    names = dict(flat(ecs(BARE))).keys()
    assert names & {"user.name", "source.ip", "url.original", "file.name", "rule.name"} == set()
    assert dict(flat(ecs(BARE)))["file.size"] == 0


def test_a_pseudonym_is_no_address() -> None:
    event = dict(flat(ecs(WORM | {"client_ip": "p-9f"})))
    assert event["source.address"] == "p-9f"
    assert "source.ip" not in event
    assert "related.ip" not in event


def test_signatures_of_clamav_have_its_version() -> None:
    found = {**WORM["detections"][1], "scanner": "clamav"}
    event = dict(flat(ecs(WORM | {"detections": [found]})))
    assert event["rule.version"] == WORM["clamav"]


def test_a_monster_is_bounded() -> None:
    assert len(json.dumps(ecs(monster()), ensure_ascii=False)) < 40_000
