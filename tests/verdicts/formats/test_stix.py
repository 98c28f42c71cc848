"""STIX bundles, read by the `stix2` package, which refuses what the specification does not know."""

import json
from typing import Any

import pytest
import stix2
from hypothesis import given, settings
from stix2patterns.validator import run_validator

from tests.verdicts.formats.rows import (
    BARE,
    CLEAN,
    FOUND,
    GAP,
    ROWS,
    SUSPECT,
    WATCHED,
    WORM,
    Row,
    hostile_rows,
    monster,
)
from verdicts.formats.stix import stix


def objects(row: Row) -> dict[str, list[dict[str, Any]]]:
    by_type: dict[str, list[dict[str, Any]]] = {}
    bundle: Any = stix(row)
    for one in bundle["objects"]:
        by_type.setdefault(one["type"], []).append(one)
    return by_type


def check(bundle: dict[str, object]) -> None:
    text = json.dumps(bundle)
    parsed = stix2.parse(text, allow_custom=False)
    ids = [one["id"] for one in json.loads(text)["objects"]]
    assert len(ids) == len(set(ids))
    for one in json.loads(text)["objects"]:
        refs = [value for name, value in one.items() if name.endswith("_ref")]
        refs += [ref for name, value in one.items() if name.endswith("_refs") for ref in value]
        assert set(refs) <= set(ids), one
    for one in parsed.objects:  # the same ids that the library would give
        if one["type"] in ("file", "url", "ipv4-addr", "ipv6-addr", "user-account"):
            fields = {name: value for name, value in one.items() if name != "id"}
            assert type(one)(**fields).id == one.id


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_bundles_are_valid(row: Row) -> None:
    check(stix(row))


@settings(max_examples=40)
@given(hostile_rows())
def test_any_row_is_valid(row: Row) -> None:
    check(stix(row))


def test_worm() -> None:
    found = objects(WORM)
    assert {kind: len(them) for kind, them in found.items()} == {
        "marking-definition": 1,
        "identity": 1,
        "file": 1,
        "url": 1,
        "ipv4-addr": 1,
        "user-account": 1,
        "malware-analysis": 3,
        "malware": 1,
        "indicator": 1,
        "relationship": 2,
        "observed-data": 1,
        "sighting": 2,
    }
    assert found["file"][0]["hashes"] == {"SHA-256": "ab" * 32}
    assert found["file"][0]["mime_type"] == "application/x-dosexec"
    [malware] = found["malware"]
    assert (malware["name"], malware["is_family"], malware["malware_types"]) == (
        "Choke",
        True,
        ["worm"],
    )
    [indicator] = found["indicator"]
    assert not run_validator(indicator["pattern"])
    assert indicator["pattern"] == f"[file:hashes.'SHA-256' = '{'ab' * 32}']"
    assert found["observed-data"][0]["object_refs"] == [
        found[kind][0]["id"] for kind in ("file", "url", "ipv4-addr", "user-account")
    ]
    assert {one["relationship_type"] for one in found["relationship"]} == {
        "characterizes",
        "indicates",
    }
    assert {one["sighting_of_ref"] for one in found["sighting"]} == {malware["id"], indicator["id"]}


def test_same_again_and_families_are_the_same_everywhere() -> None:
    other = WORM | {"id": WORM["id"][:-1] + "2", "time": "2026-02-02T03:04:05.678901Z"}
    assert stix(WORM) == stix(dict(WORM))
    assert objects(WORM)["malware"] == objects(other)["malware"]
    assert objects(WORM)["file"] == objects(other)["file"]
    assert objects(WORM)["indicator"][0]["id"] != objects(other)["indicator"][0]["id"]


def test_malware_without_a_family_is_an_instance() -> None:
    suspected = {**FOUND, "name": "SUSP_Worm_Opanki_Nov26", "level": "suspicious"}
    found = objects(WORM | {"detections": [suspected], "level": "suspicious"})
    [malware] = found["malware"]
    assert (malware["name"], malware["is_family"]) == ("SUSP_Worm_Opanki_Nov26", False)
    assert malware["sample_refs"] == [found["file"][0]["id"]]
    assert "indicator" not in found


@pytest.mark.parametrize(
    "row",
    [
        CLEAN,
        GAP,
        WATCHED,
        WORM | {"sha256": ""},
        WORM | {"unscanned": [{"scanner": "front", "reason": "partial", "path": []}]},
    ],
)
def test_nothing_to_look_for(row: Row) -> None:
    assert "indicator" not in objects(row)


@pytest.mark.parametrize("row", [CLEAN, GAP, CLEAN | {"detections": [SUSPECT]}])
def test_no_malware(row: Row) -> None:
    assert "malware" not in objects(row)
    assert "sighting" not in objects(row)
    assert "observed-data" in objects(row)


def test_nothing_seen() -> None:
    found = objects(BARE)
    assert set(found) == {"marking-definition", "identity", "malware-analysis"}


def test_a_monster_is_bounded() -> None:
    detections = [{**FOUND, "name": f"Strange.{n}" + "x" * 240} for n in range(100)]
    assert len(json.dumps(stix(monster() | {"detections": detections}))) < 250_000
