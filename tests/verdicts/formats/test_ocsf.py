"""OCSF events, against the attributes of schema 1.6 that we use and a public model of them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from py_ocsf_models.events.findings.detection_finding import DetectionFinding

from tests.verdicts.formats.rows import (
    BARE,
    CLEAN,
    GAP,
    ROWS,
    SUSPECT,
    WATCHED,
    WORM,
    Row,
    hostile_rows,
    monster,
)
from verdicts.formats.ocsf import ocsf

ATTRIBUTES: dict[str, dict[str, object]] = {  # https://schema.ocsf.io/1.6.0; a text names an object
    "detection_finding": {
        **dict.fromkeys(["activity_id", "category_uid", "class_uid", "type_uid", "time"], int),
        **dict.fromkeys(["severity_id", "status_id", "action_id", "disposition_id"], int),
        **dict.fromkeys(["activity_name", "category_name", "class_name", "type_name"], str),
        **dict.fromkeys(["severity", "status", "message", "action", "disposition"], str),
        "is_alert": bool,
        "policy": "policy",
        "metadata": "metadata",
        "finding_info": "finding_info",
        "malware_scan_info": "malware_scan_info",
        "observables": "observable",
        "malware": "malware",
        "evidences": "evidences",
        "unmapped": dict,
    },
    "policy": {"name": str, "version": str},
    "metadata": {
        **dict.fromkeys(["version", "uid", "event_code", "log_name", "original_time"], str),
        "profiles": str,
        "product": "product",
    },
    "product": {"name": str, "vendor_name": str, "version": str},
    "finding_info": {
        **dict.fromkeys(["uid", "title", "desc", "types", "data_sources"], str),
        "created_time": int,
        "analytic": "analytic",
        "related_analytics": "analytic",
    },
    "analytic": {"name": str, "uid": str, "category": str, "type_id": int, "type": str},
    "malware_scan_info": {
        **dict.fromkeys(["type_id", "start_time", "end_time", "num_files", "size"], int),
        **dict.fromkeys(["num_infected", "unique_malware_count"], int),
        **dict.fromkeys(["uid", "name", "type"], str),
    },
    "observable": {"type_id": int, "type": str, "name": str, "value": str},
    "malware": {
        **dict.fromkeys(["name", "uid", "provider", "severity", "classifications"], str),
        **dict.fromkeys(["classification_ids", "severity_id", "num_infected"], int),
        "files": "file",
    },
    "evidences": {"file": "file", "user": "user", "src_endpoint": "network_endpoint", "url": "url"},
    "file": {
        **dict.fromkeys(["name", "type", "mime_type"], str),
        **dict.fromkeys(["type_id", "size"], int),
        "hashes": "fingerprint",
    },
    "fingerprint": {"algorithm_id": int, "algorithm": str, "value": str},
    "user": {"name": str},
    "network_endpoint": {"ip": str},
    "url": dict.fromkeys(["url_string", "hostname", "path", "scheme"], str),
}
REQUIRED = {
    "detection_finding": {"activity_id", "category_uid", "class_uid", "type_uid", "time"}
    | {"severity_id", "metadata", "finding_info"},
    "metadata": {"version", "product"},
    "product": {"vendor_name"},
    "finding_info": {"uid", "title"},
    "analytic": {"type_id"},
    "malware_scan_info": {"type_id"},
    "observable": {"type_id"},
    "malware": {"classification_ids"},
    "file": {"name", "type_id"},
    "fingerprint": {"algorithm_id", "value"},
}


def check(event: dict[str, Any], kind: str = "detection_finding") -> None:
    assert REQUIRED.get(kind, set()) <= event.keys()
    for name, value in event.items():
        expected = ATTRIBUTES[kind][name]
        for one in value if isinstance(value, list) else [value]:
            if isinstance(expected, str):
                check(one, expected)
            else:
                assert type(one) is expected, (kind, name, one)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_schema(row: Row) -> None:
    event = ocsf(row)
    check(event)
    DetectionFinding.model_validate(event)


@settings(max_examples=50)
@given(hostile_rows())
def test_any_row_fits(row: Row) -> None:
    event = ocsf(row)
    check(event)
    json.dumps(event, ensure_ascii=False).encode()


def test_worm() -> None:
    event: Any = ocsf(WORM)
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"] == 200401
    assert event["time"] == 1767323045678
    assert event["is_alert"] is True
    assert (event["severity_id"], event["severity"]) == (4, "High")
    assert event["metadata"]["profiles"] == ["security_control"]
    assert event["finding_info"]["uid"] == WORM["id"]
    assert event["finding_info"]["types"] == ["signature.yara", "disguise.double_extension"]
    assert event["finding_info"]["analytic"]["name"] == "MAL_Worm_Choke_Nov26"
    assert [one["name"] for one in event["finding_info"]["related_analytics"]] == ["jpg.exe"]
    assert [(one["classification_ids"], one["classifications"]) for one in event["malware"]] == [
        ([22], ["Worm"]),
        ([18], ["Trojan"]),
    ]
    assert event["malware"][0]["files"][0]["hashes"][0]["value"] == "ab" * 32
    assert event["evidences"][0]["src_endpoint"] == {"ip": "192.0.2.7"}
    assert event["evidences"][0]["url"]["hostname"] == "im.example"
    assert event["malware_scan_info"]["end_time"] - event["time"] == 12
    assert [one["type_id"] for one in event["observables"]] == [2, 4, 6, 7, 8]
    assert event["unmapped"]["channel"] == "Telegram"


@pytest.mark.parametrize(
    "row, action, disposition, severity, alert",
    [
        (WORM, 2, 2, 4, True),
        (WORM | {"action": "cut"}, 2, 6, 4, True),
        (WORM | {"action": "hold"}, 2, 3, 4, True),
        (WATCHED, 3, 15, 5, True),
        (GAP, 2, 2, 2, True),
        (GAP | {"action": "allow", "wanted": "allow"}, 1, 17, 2, False),
        (CLEAN, 1, 1, 1, False),
    ],
)
def test_outcomes(row: Row, action: int, disposition: int, severity: int, alert: bool) -> None:
    event: Any = ocsf(row)
    assert (event["action_id"], event["disposition_id"]) == (action, disposition)
    assert (event["severity_id"], event["is_alert"]) == (severity, alert)


def test_clean_has_no_malware() -> None:
    assert "malware" not in ocsf(CLEAN | {"detections": [{**SUSPECT, "level": "info"}]})
    assert "malware" not in ocsf(CLEAN)


def test_a_file_without_a_name_has_one() -> None:
    event: Any = ocsf(BARE)
    assert event["evidences"] == [
        {"file": {"name": "unknown", "type_id": 1, "type": "Regular File", "size": 0}}
    ]
    assert event["observables"] == []


def test_a_monster_is_bounded() -> None:
    assert len(json.dumps(ocsf(monster()), ensure_ascii=False)) < 150_000
