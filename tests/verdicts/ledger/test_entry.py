"""Records on their way into the log: what was sent arrives, nothing else does."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

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
from verdicts.ledger.entry import YEAR_10000, BadRecord, Found, Missed, VerdictRow, decode, encode
from verdicts.ledger.frames import PAYLOAD_BYTES
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.model import Action, NameSource, OtherName, Verdict, VerdictRecord
from verdicts.record import EPOCH, KEPT, id_bytes

MakeRecord = Callable[..., VerdictRecord]
KEY = bytes(range(16))
ZIP = FileType("zip", "application/zip", Family.ARCHIVE)


def with_verdict(record: VerdictRecord, **changes: object) -> VerdictRecord:
    verdict = replace(record.ruling.verdict, **changes)  # type: ignore[arg-type]
    return replace(record, ruling=replace(record.ruling, verdict=verdict))


def test_fields_are_the_columns_in_their_order() -> None:
    assert list(VerdictRow._fields) == VERDICT.c.keys()
    own = ["verdict", "position", "time"]
    assert own + list(Found._fields) == DETECTION.c.keys()
    assert own + list(Missed._fields) == UNSCANNED.c.keys()


def test_what_arrives(make_record: MakeRecord) -> None:
    record = make_record(1)
    verdict, detections, unscanned = decode(KEY, encode(record))
    assert verdict == VerdictRow(
        id=KEY,
        time=(record.transfer.received_at - EPOCH) // timedelta(microseconds=1),
        node="n0",
        service="respmod",
        direction="download",
        action="block",
        wanted="block",
        clause="clause-1",
        enforced=True,
        level="unknown",
        channel="unknown",
        user="ann",
        client_ip="192.0.2.1",
        url="https://im.example/1?<script>",
        file_name="\u202egpj.exe",
        declared_type="image/jpeg",
        true_type="zip",
        size=1000,
        sha256=f"{1:064x}",
        ruleset="r1",
        clamav="ClamAV 1.4.6",
        scan_ms=1.5,
        cached=False,
        types='{"type":"zip","mime":"application/zip","family":"archive","kind":"","name":"","children":[]}',
        other_names='[["url","get.php"]]',
        other_types='[""]',
    )
    assert detections == (
        Found(
            "signature.yara", "yara", "Worm_X", "malicious", '["a.exe"]', "\N{HORIZONTAL ELLIPSIS}"
        ),
    )
    assert unscanned == (Missed("zip", "encrypted", '["b.zip","c"]'),)


@pytest.mark.parametrize("action", Action)
def test_every_action_arrives(make_record: MakeRecord, action: Action) -> None:
    record = make_record(1)
    ruled = replace(record, ruling=replace(record.ruling, action=action))
    assert decode(KEY, encode(ruled)).verdict.action == action.value


@given(st.text(st.characters(exclude_categories=(), exclude_characters=()), max_size=3000))
def test_any_text_arrives_or_is_replaced(make_record: MakeRecord, text: str) -> None:
    others = (OtherName(NameSource.CLIENT, text),)
    record = make_record(1, url=text, file_name=text, user=text, channel=text, other_names=others)
    record = with_verdict(
        record,
        detections=(replace(record.ruling.verdict.detections[0], name=text, path=(text,)),),
        unscanned=(Unscanned("zip", Reason.MALFORMED, (text, text)),),
        types=TypeNode(ZIP, text, (TypeNode(ZIP, text),)),
    )
    entry = decode(KEY, encode(record))
    kept = entry.verdict.file_name
    assert "\0" not in repr(entry)
    assert len(kept) <= 2048
    names = entry.verdict.other_names
    for one in (kept, names, entry.verdict.types, entry.detections[0].path):
        one.encode()  # no surrogate is left
    plain = text.isprintable() and len(text) < 100
    assert not plain or kept == text


def test_monstrous_record_fits_into_a_frame(make_record: MakeRecord) -> None:
    text = "\x01" * 5000
    info = Detection(Code.ARCHIVE_EXECUTABLE, "zip", text, DetectionLevel.INFO, (text,) * 10, text)
    monster = replace(
        make_record(1, url=text, file_name=text, user=text),
        ruling=replace(
            make_record(1).ruling,
            verdict=Verdict(
                Level.MALICIOUS,
                (info,) * 200,
                (Unscanned("zip", Reason.ENCRYPTED, (text,) * 10),) * 200,
                TypeNode(ZIP, text, tuple(TypeNode(ZIP, text) for _ in range(500))),
            ),
        ),
    )
    data = encode(monster)
    _, detections, unscanned = decode(KEY, data)
    assert len(data) < PAYLOAD_BYTES
    assert len(detections) == len(unscanned) == KEPT


def test_deep_type_tree_is_cut(make_record: MakeRecord) -> None:
    node = TypeNode(ZIP)
    for _ in range(500):
        node = TypeNode(ZIP, "x" * 100, (node,))
    entry = decode(KEY, encode(with_verdict(make_record(1), types=node)))
    assert 10 < entry.verdict.types.count('"children"') <= 51


def test_no_worker_could_say_what_it_is(make_record: MakeRecord) -> None:
    verdict = decode(KEY, encode(with_verdict(make_record(1), types=None))).verdict
    assert (verdict.true_type, verdict.types) == ("", "")


@pytest.mark.parametrize(
    "old, new",
    [
        (b"]]]", b"]]"),
        (b"]]]", b"]]],"),
        (b"]]]", b"]],1]"),
        (b'"unknown",', b'"dreadful",'),
        (b",1000,", b',"1000",'),
        (b",1000,", b",-1,"),
        (b",1000,", b",9223372036854775808,"),
        (b",1000,", b",1e3,"),
        (b",1.5,", b",NaN,"),
        (b'"block"', b'"burn"'),
        (b'"download"', b'"sideways"'),
        (b",true,", b",1,"),
        (b'"respmod"', b"null"),
        (b'"respmod"', b'"\\ud800"'),
        (b'"respmod"', b'"\xff"'),
        (b'"respmod",', b""),
        (b'"respmod",', b'"respmod","respmod",'),
        (b'"archive"', b'"ark"'),
        (b'"children":[]', b'"children":[0]'),
        (b'"children":[]', b'"children":' + b"[" * 9999),
        (b'"children":[]', b'"children":[],"more":1'),
        (b'"children":[]', b'"children":[' + b'{"children":[' * 9999),
        (b'["a.exe"]', b'"a.exe"'),
        (b'["a.exe"]', b"[1]"),
        (b'"signature.yara"', b'"signature.guess"'),
        (b'"malicious"', b'"nasty"'),
        (b'"encrypted"', b'"bored"'),
        (b'"url"', b'"guess"'),
        (b'["url","get.php"]', b'["url"]'),
        (b'["url","get.php"]', b'"get.php"'),
        (b'[""]', b'[["a/b"]]'),
        (b",[1", b",[-1"),
        (b",[1", b",[" + str(YEAR_10000).encode() + b",1"),
        (b",[1", b",[0.5e1"),
    ],
)
def test_anything_else_is_refused(make_record: MakeRecord, old: bytes, new: bytes) -> None:
    good = encode(make_record(1))
    assert decode(KEY, good)
    assert old in good
    with pytest.raises(BadRecord):
        decode(KEY, good.replace(old, new, 1))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b"[2,[],null,[],[],[],[]]"])
def test_no_record_at_all(data: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(KEY, data)


@pytest.mark.parametrize("beginning", [b"[[", b"[1,[", b"[2,[", b"[33,[", b'["3",['])
def test_a_record_of_another_release_is_refused_as_such(
    make_record: MakeRecord, beginning: bytes
) -> None:
    good = encode(make_record(1))
    assert good.startswith(b"[3,[")
    with pytest.raises(BadRecord, match="another release"):
        decode(KEY, good.replace(b"[3,[", beginning, 1))


@given(st.binary(max_size=200))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(KEY, data)


@given(number=st.integers(0, 1000))
def test_the_id_comes_from_the_frame(make_record: MakeRecord, number: int) -> None:
    record = make_record(number)
    key = id_bytes(record.transfer.id)
    assert decode(key, encode(record)).verdict.id == key
    other = make_record(number, id=make_record(number + 1).transfer.id)
    assert encode(other) == encode(record)
    assert dataclasses.asdict(other) != dataclasses.asdict(record)
