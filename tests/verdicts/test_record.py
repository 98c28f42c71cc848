"""Records within bounds and as verdict JSON."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Level,
    Reason,
    TypeNode,
    Unscanned,
)
from verdicts.model import (
    Action,
    Direction,
    NameSource,
    OtherName,
    Ruling,
    Transfer,
    Verdict,
    VerdictRecord,
)
from verdicts.record import (
    KEPT,
    KEPT_NAMES,
    KEPT_TYPES,
    as_row,
    clipped,
    id_bytes,
    id_text,
    microseconds,
    rfc3339,
)

ID = "0192f3a4-0000-7000-8000-000000000001"
PE = FileType("pe", "application/x-dosexec", Family.PROGRAM)
ZIP = FileType("zip", "application/zip", Family.ARCHIVE)
RECORD = VerdictRecord(
    transfer=Transfer(
        id=ID,
        service="respmod",
        direction=Direction.DOWNLOAD,
        received_at=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        url="https://im.example/f/1",
        host="im.example",
        channel="telegram",
        client_ip="192.0.2.7",
        user="ann",
        groups=("staff",),
        file_name="photo.zip",
        declared_type="image/jpeg",
        parameters=(("name", "x"),),
        codings=("gzip",),
        other_names=(OtherName(NameSource.URL, "get.php"),),
        other_types=("text/plain", ""),
    ),
    ruling=Ruling(
        action=Action.ALLOW,
        clause="programs-are-blocked",
        enforced=False,
        wanted=Action.BLOCK,
        verdict=Verdict(
            level=Level.SUSPICIOUS,
            detections=(
                Detection(
                    Code.DISGUISE_DOUBLE_EXTENSION,
                    "names",
                    "jpg.exe",
                    DetectionLevel.SUSPICIOUS,
                    ("photo.jpg.exe",),
                    "It says photo.jpg.exe.",
                ),
            ),
            unscanned=(Unscanned("clamav", Reason.ENGINE_DOWN),),
            types=TypeNode(ZIP, children=(TypeNode(PE, "photo.jpg.exe"),)),
            ruleset="0123456789abcdef",
            clamav="ClamAV 1.4.6/27000",
        ),
    ),
    size=4711,
    sha256="ab" * 32,
    scan_ms=12.5,
    cached=True,
    node="front-0",
)
ROW = {
    "id": ID,
    "time": "2026-01-02T03:04:05.678901Z",
    "node": "front-0",
    "service": "respmod",
    "direction": "download",
    "action": "allow",
    "wanted": "block",
    "clause": "programs-are-blocked",
    "enforced": False,
    "level": "suspicious",
    "channel": "telegram",
    "user": "ann",
    "client_ip": "192.0.2.7",
    "url": "https://im.example/f/1",
    "file_name": "photo.zip",
    "other_names": [{"source": "url", "name": "get.php"}],
    "declared_type": "image/jpeg",
    "other_types": ["text/plain", ""],
    "true_type": "zip",
    "size": 4711,
    "sha256": "ab" * 32,
    "detections": [
        {
            "code": "disguise.double_extension",
            "scanner": "names",
            "name": "jpg.exe",
            "level": "suspicious",
            "path": ["photo.jpg.exe"],
            "detail": "It says photo.jpg.exe.",
        }
    ],
    "unscanned": [{"scanner": "clamav", "reason": "engine_down", "path": []}],
    "types": {
        "type": "zip",
        "mime": "application/zip",
        "family": "archive",
        "kind": "",
        "name": "",
        "children": [
            {
                "type": "pe",
                "mime": "application/x-dosexec",
                "family": "program",
                "kind": "",
                "name": "photo.jpg.exe",
                "children": [],
            }
        ],
    },
    "ruleset": "0123456789abcdef",
    "clamav": "ClamAV 1.4.6/27000",
    "scan_ms": 12.5,
    "cached": True,
}


def test_row_is_the_verdict_json_of_the_api() -> None:
    assert as_row(RECORD) == ROW


def test_no_worker_could_say_what_it_is() -> None:
    verdict = replace(RECORD.ruling.verdict, types=None)
    row = as_row(replace(RECORD, ruling=replace(RECORD.ruling, verdict=verdict)))
    assert (row["true_type"], row["types"]) == ("", None)


def test_clipping_leaves_an_ordinary_record_alone() -> None:
    assert replace(clipped(RECORD), transfer=RECORD.transfer) == RECORD


def test_monstrous_record_is_cut_but_keeps_the_worst() -> None:
    info = Detection(Code.ARCHIVE_EXECUTABLE, "zip", "x" * 999, DetectionLevel.INFO, ("p",) * 10)
    worst = replace(info, level=DetectionLevel.MALICIOUS, name="worm")
    verdict = replace(
        RECORD.ruling.verdict,
        detections=(info,) * 200 + (worst,),
        unscanned=(Unscanned("zip", Reason.ENCRYPTED, ("p",) * 10),) * 200,
        types=TypeNode(ZIP, children=(TypeNode(ZIP, children=(TypeNode(PE),) * 200),) * 9),
    )
    kept = clipped(replace(RECORD, ruling=replace(RECORD.ruling, verdict=verdict))).ruling.verdict
    assert len(kept.detections) == len(kept.unscanned) == KEPT
    assert [len(found.name) for found in kept.detections[:2]] == [4, 256]
    assert kept.detections[0].name == "worm"
    assert kept.types is not None
    assert count(kept.types) == KEPT_TYPES


def count(node: TypeNode) -> int:
    return 1 + sum(map(count, node.children))


def test_texts_that_no_database_takes_are_replaced() -> None:
    transfer = clipped(with_name("a\0b\ud800c")).transfer
    assert transfer.file_name == "a\ufffdb\ufffd\ufffd\ufffdc"


def with_name(name: str) -> VerdictRecord:
    return replace(RECORD, transfer=replace(RECORD.transfer, file_name=name))


def test_other_names_and_types_are_bounded() -> None:
    names = tuple(OtherName(NameSource.DISPOSITION, f"{n}\0" + "x" * 5000) for n in range(99))
    types = tuple("x" * 5000 for _ in range(99))
    transfer = replace(RECORD.transfer, other_names=names, other_types=types)
    kept = clipped(replace(RECORD, transfer=transfer)).transfer
    assert [len(other.name) for other in kept.other_names] == [1024] * KEPT_NAMES
    assert kept.other_names[-1].name.startswith("98\ufffdx")
    assert [len(other) for other in kept.other_types] == [256] * KEPT_NAMES


@given(st.uuids())
def test_ids(value: object) -> None:
    assert id_text(id_bytes(str(value))) == str(value)


@pytest.mark.parametrize("text", ["", "x", ID[:-1], ID + "0", ID.replace("-", ""), "é" * 36])
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        id_bytes(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_times(moment: datetime) -> None:
    text = rfc3339(microseconds(moment))
    assert datetime.fromisoformat(text) == moment
    assert len(text) == len("2026-01-02T03:04:05.678901Z")
