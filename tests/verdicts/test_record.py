"""Records as bytes and as verdict JSON, for hostile texts too."""

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
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.record import (
    KEPT,
    BadRecord,
    as_row,
    clipped,
    decode,
    encode,
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
    "declared_type": "image/jpeg",
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
        "name": "",
        "children": [
            {
                "type": "pe",
                "mime": "application/x-dosexec",
                "family": "program",
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


def with_texts(text: str) -> VerdictRecord:
    """Return a record whose untrusted texts are all this one."""
    verdict = RECORD.ruling.verdict
    verdict = replace(
        verdict,
        detections=tuple(
            replace(found, name=text, detail=text, path=(text,)) for found in verdict.detections
        ),
        unscanned=(Unscanned("zip", Reason.MALFORMED, (text, text)),),
        types=TypeNode(ZIP, text, (TypeNode(PE, text),)),
    )
    transfer = replace(
        RECORD.transfer, url=text, file_name=text, user=text, groups=(text,), host=text
    )
    return replace(RECORD, transfer=transfer, ruling=replace(RECORD.ruling, verdict=verdict))


def test_row_is_the_verdict_json_of_the_api() -> None:
    assert as_row(RECORD) == ROW


def test_bytes_and_back() -> None:
    assert decode(encode(RECORD)) == RECORD


def test_no_worker_could_say_what_it_is() -> None:
    verdict = replace(RECORD.ruling.verdict, types=None)
    row = as_row(replace(RECORD, ruling=replace(RECORD.ruling, verdict=verdict)))
    assert (row["true_type"], row["types"]) == ("", None)


@given(st.text(st.characters(exclude_categories=(), exclude_characters=()), max_size=3000))
def test_any_text_arrives_or_is_replaced(text: str) -> None:
    arrived = decode(encode(with_texts(text)))
    kept = arrived.transfer.file_name
    assert "\0" not in kept
    assert len(kept) <= 2048
    kept.encode()  # no surrogate is left
    plain = text.isprintable() and len(text) < 100
    assert not plain or kept == text


def test_monstrous_record_is_cut_but_keeps_the_worst() -> None:
    text = "\x01" * 5000
    info = Detection(Code.ARCHIVE_EXECUTABLE, "zip", text, DetectionLevel.INFO, (text,) * 10, text)
    worst = replace(info, level=DetectionLevel.MALICIOUS, name="worm")
    node = TypeNode(PE, text, tuple(TypeNode(PE, text) for _ in range(500)))
    verdict = Verdict(
        Level.MALICIOUS,
        (info,) * 200 + (worst,),
        (Unscanned("zip", Reason.ENCRYPTED, (text,) * 10),) * 200,
        node,
    )
    monster = with_texts(text)
    monster = replace(monster, ruling=replace(monster.ruling, verdict=verdict))
    data = encode(monster)
    arrived = decode(data).ruling.verdict
    assert len(data) < 4 * 1024 * 1024
    assert len(arrived.detections) == len(arrived.unscanned) == KEPT
    assert arrived.detections[0].name == "worm"


def test_deep_type_tree_is_cut() -> None:
    node = TypeNode(PE)
    for _ in range(500):
        node = TypeNode(ZIP, "x" * 100, (node,))
    verdict = replace(RECORD.ruling.verdict, types=node)
    arrived = decode(encode(replace(RECORD, ruling=replace(RECORD.ruling, verdict=verdict))))
    assert arrived.ruling.verdict.types is not None


def test_clipping_leaves_an_ordinary_record_alone() -> None:
    assert replace(clipped(RECORD), transfer=RECORD.transfer) == RECORD


GOOD = encode(RECORD)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        GOOD[:-1],
        GOOD + b",",
        GOOD[:-1] + b',"more":1}',
        GOOD.replace(b'"level":3', b'"level":9').replace(b'"level":2', b'"level":9'),
        GOOD.replace(b'"size":4711', b'"size":"4711"'),
        GOOD.replace(b'"size":4711', b'"size":-1'),
        GOOD.replace(b'"size":4711', b'"size":9223372036854775808'),
        GOOD.replace(b'"block"', b'"burn"'),
        GOOD.replace(ID.encode(), b"x"),
        GOOD.replace(b"678901Z", b"678901"),
        GOOD.replace(b'"user":', b'"person":'),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    assert data != GOOD
    with pytest.raises(BadRecord):
        decode(data)


@given(st.binary(max_size=200))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(data)


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
