"""MISP events, read by PyMISP, with its templates of objects."""

import json
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from pymisp import MISPEvent, MISPObject

from tests.verdicts.formats.rows import (
    BARE,
    CLEAN,
    FOUND,
    HOSTILE,
    ROWS,
    WATCHED,
    WORM,
    Row,
    hostile_rows,
    monster,
)
from verdicts.formats.misp import CATEGORIES, misp

TEMPLATES = files("pymisp") / "data" / "misp-objects" / "objects"
TYPES = json.loads((files("pymisp") / "data" / "describeTypes.json").read_text())["result"]


def content(row: Row) -> dict[str, Any]:
    event: Any = misp(row)
    return dict(event["Event"])


def parts(row: Row) -> dict[str, list[dict[str, str]]]:
    """Relation and value of every object, by template."""
    found: dict[str, list[dict[str, str]]] = {}
    for part in content(row)["Object"]:
        values = {one["object_relation"]: one["value"] for one in part["Attribute"]}
        found.setdefault(part["name"], []).append(values)
    return found


def check(event: dict[str, object]) -> None:
    loaded = MISPEvent(strict_validation=True)
    loaded.from_dict(**json.loads(json.dumps(event)))
    plain: Any = event["Event"]
    ids = [plain["uuid"]]
    for part in plain["Object"]:
        template = json.loads((TEMPLATES / part["name"] / "definition.json").read_text())
        assert part["template_uuid"] == template["uuid"]
        assert part["template_version"] == str(template["version"])
        assert part["meta-category"] == template["meta-category"]
        made = MISPObject(part["name"], strict=True)
        for one in part["Attribute"]:
            kind = template["attributes"][one["object_relation"]]["misp-attribute"]
            assert one["type"] == kind
            made.add_attribute(one["object_relation"], value=one["value"])
        made.to_json(strict=True)  # refuses what lacks a required attribute
        ids += [part["uuid"], *(one["uuid"] for one in part["Attribute"])]
    assert len(ids) == len(set(ids))
    assert all(UUID(one).version == 5 for one in ids)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_events_are_valid(row: Row) -> None:
    check(misp(row))


@settings(max_examples=15)
@given(hostile_rows())
def test_any_row_is_valid(row: Row) -> None:
    check(misp(row))


def test_categories_are_those_of_misp() -> None:
    for kind, category in CATEGORIES.items():
        assert category in TYPES["categories"]
        assert kind in TYPES["category_type_mappings"][category]


def test_worm() -> None:
    event = content(WORM)
    assert event["info"] == "Malicious file blocked: MAL_Worm_Choke_Nov26"
    assert (event["date"], event["distribution"], event["threat_level_id"]) == (
        "2026-01-02",
        "0",
        "1",
    )
    assert event["published"] is False
    assert [tag["name"] for tag in event["Tag"]] == [
        "tlp:amber",
        'malware_classification:malware-category="Worm"',
        'malware_classification:malware-category="Trojan"',
    ]
    assert parts(WORM) == {
        "file": [
            {
                "filename": "photo.jpg.exe",
                "sha256": "ab" * 32,
                "size-in-bytes": "4711",
                "mimetype": "application/x-dosexec",
                "state": "Malicious",
            }
        ],
        "yara": [{"yara-rule-name": "MAL_Worm_Choke_Nov26"}],
        "av-signature": [
            {"software": "names", "signature": "jpg.exe", "text": "It says jpg and is exe."}
        ],
        "http-request": [{"url": WORM["url"], "host": "im.example", "ip-src": "192.0.2.7"}],
    }
    references = event["Object"][0]["ObjectReference"]
    assert [one["referenced_uuid"] for one in references] == [
        part["uuid"] for part in event["Object"][1:3]
    ]
    assert [one["value"] for one in event["Attribute"]] == ["ann"]


@pytest.mark.parametrize(
    "row, looked_for",
    [
        (WORM, ["sha256"]),
        (WATCHED, ["sha256"]),
        (CLEAN, []),
        (WORM | {"level": "suspicious"}, []),
        (WORM | {"unscanned": [{"scanner": "front", "reason": "partial", "path": []}]}, []),
    ],
)
def test_only_the_hash_of_malware_is_looked_for(row: Row, looked_for: list[str]) -> None:
    event = content(row)
    attributes = [*event["Attribute"], *(a for part in event["Object"] for a in part["Attribute"])]
    assert [one["type"] for one in attributes if one["to_ids"]] == looked_for


def test_texts_are_of_one_line() -> None:
    [file] = parts(WORM | {"file_name": HOSTILE})["file"]
    assert file["filename"].startswith("d\\r\\nCEF:0|x \\x1b[2J\\u202egpj.exe")


def test_little_is_known() -> None:
    assert parts(BARE) == {"file": [{"size-in-bytes": "0"}]}


def test_same_again() -> None:
    twice = WORM | {"detections": [FOUND, FOUND]}
    assert misp(twice) == misp(dict(twice))
    check(misp(twice))


def test_a_monster_is_bounded() -> None:
    assert len(json.dumps(misp(monster()))) < 250_000
