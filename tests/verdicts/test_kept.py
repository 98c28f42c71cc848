"""Kept samples: which files are kept, how long, within which bounds; nothing waits for it."""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanners.model import Family, FileType, Level, TypeNode
from tests.descriptors import none_left
from verdicts import kept
from verdicts.kept import BODY, HEAD, KeptSamples, Sample, may_carry
from verdicts.model import Action, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.spool import Spool

Count = Callable[[], Counter[str]]
MakeSpool = Callable[[bytes], Spool]
MakeTransfer = Callable[..., Transfer]
PE = TypeNode(FileType("pe", "application/x-dosexec", Family.PROGRAM))
JPEG = TypeNode(FileType("jpeg", "image/jpeg", Family.IMAGE))
TEXT = TypeNode(FileType("text", "text/plain", Family.TEXT))
DAY = 86_400
FORM = {"parameters": (("boundary", "a b"),), "codings": ("gzip",)}


@pytest.fixture
def offer(spool: MakeSpool, transfer: MakeTransfer) -> Callable[..., str]:
    """Have a store see a file that was allowed, and return its hash."""

    def see(
        store: KeptSamples,
        data: bytes,
        *,
        types: TypeNode | None = PE,
        action: Action = Action.ALLOW,
        wanted: Action = Action.ALLOW,
        **fields: object,
    ) -> str:
        body = spool(data)
        ruling = Ruling(action, "c", True, wanted, Verdict(Level.CLEAN, types=types))
        made = transfer(**fields)
        record = VerdictRecord(made, ruling, body.size, body.sha256, 1.0, cached=False)
        store.see(made, body, record)
        body.close()  # the front does not wait
        return record.sha256

    return see


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeptSamples]:
    made = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    yield made
    made.close()


def kept_in(folder: Path) -> set[str]:
    return {path.name for path in (folder / "kept").iterdir()}


def seen_ago(folder: Path, digest: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(folder / "kept" / digest, (then, then))


async def test_a_sample_is_the_file_and_what_a_scan_has_to_know(
    store: KeptSamples, tmp_path: Path, offer: Callable[..., str], open_descriptors: Count
) -> None:
    before = open_descriptors()
    digest = offer(store, b"program", user="alice", url="https://a.example/", **FORM)
    store.close()
    (sample,) = store.samples()
    assert sample == Sample(
        digest, tmp_path / "kept" / digest / BODY, (("boundary", "a b"),), ("gzip",)
    )
    assert sample.body.read_bytes() == b"program"
    assert digest == hashlib.sha256(b"program").hexdigest()
    assert "alice" not in (sample.body.parent / HEAD).read_text()
    assert sample.body.parent.stat().st_mode & 0o777 == 0o700
    await none_left(open_descriptors, before)


@pytest.mark.parametrize(
    "data, fields",
    [
        (b"", {}),
        (b"x" * 401, {}),
        (b"x", {"action": Action.BLOCK, "wanted": Action.BLOCK}),
        (b"x", {"wanted": Action.BLOCK}),
        (b"x", {"types": JPEG}),
        (b"x", {"types": replace(TEXT, children=(JPEG,))}),
        (b"x", {"partial": True}),
    ],
)
def test_nothing_else_is_kept(
    store: KeptSamples,
    tmp_path: Path,
    offer: Callable[..., str],
    data: bytes,
    fields: dict[str, object],
) -> None:
    offer(store, data, **fields)
    store.close()
    assert not (tmp_path / "kept").exists()
    assert list(store.samples()) == []


@pytest.mark.parametrize("family", Family)
def test_what_may_carry_a_program(family: Family) -> None:
    node = TypeNode(FileType("x", "x/x", family))
    quiet = {Family.IMAGE, Family.AUDIO, Family.VIDEO, Family.TEXT}
    assert may_carry(node) is (family not in quiet)
    assert may_carry(replace(JPEG, children=(TEXT, node))) is (family not in quiet)
    assert may_carry(None)


def test_without_room_nothing_is_kept(tmp_path: Path, offer: Callable[..., str]) -> None:
    store = KeptSamples(tmp_path / "kept", 0, 400, 30)
    offer(store, b"x")
    store.close()
    assert not (tmp_path / "kept").exists()


def test_the_oldest_makes_room(tmp_path: Path, offer: Callable[..., str]) -> None:
    made = [bytes([number]) * 300 for number in range(5)]
    digests = []
    for number, data in enumerate(made):  # a front each: all count before they add
        store = KeptSamples(tmp_path / "kept", 1000, 400, 30)
        digests.append(offer(store, data))
        store.close()
        seen_ago(tmp_path, digests[-1], 1000 - number)
    assert kept_in(tmp_path) == set(digests[2:])
    store = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    offer(store, made[2])  # once more: not the oldest now
    offer(store, b"new" * 100)
    store.close()
    assert digests[2] in kept_in(tmp_path)
    assert digests[3] not in kept_in(tmp_path)


def test_one_front_counts_anew_now_and_then(
    store: KeptSamples, tmp_path: Path, offer: Callable[..., str]
) -> None:
    for number in range(20):
        offer(store, bytes([number]) * 100)
    store.close()
    assert len(kept_in(tmp_path)) == 10


def test_the_number_is_bounded_too(
    tmp_path: Path, offer: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MAX_SAMPLES", 3)
    monkeypatch.setattr(kept, "COUNT_AGAIN", 1)
    store = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    for number in range(6):
        offer(store, bytes([number]))
    store.close()
    assert len(kept_in(tmp_path)) == 3


def test_what_nobody_transferred_for_long_is_gone(
    tmp_path: Path, offer: Callable[..., str]
) -> None:
    store = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    old = offer(store, b"old")
    store.close()
    seen_ago(tmp_path, old, 31 * DAY)
    assert list(store.samples()) == []
    later = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    new = offer(later, b"new")
    later.close()
    assert kept_in(tmp_path) == {new}


def test_a_damaged_sample_is_passed_over(tmp_path: Path, offer: Callable[..., str]) -> None:
    store = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    good, bad = offer(store, b"good"), offer(store, b"bad")
    store.close()
    for text in ("", "{}", "[]", '{"parameters": [1], "codings": []}', "[" * 50_000):
        (tmp_path / "kept" / bad / HEAD).write_text(text)
        assert [sample.sha256 for sample in store.samples()] == [good]
    (tmp_path / "kept" / "no digest").mkdir()
    assert [sample.sha256 for sample in store.samples()] == [good]


def test_two_fronts_keep_the_same_file(tmp_path: Path, offer: Callable[..., str]) -> None:
    stores = [KeptSamples(tmp_path / "kept", 1000, 400, 30) for _ in range(4)]
    for store in stores:
        offer(store, b"same")
    for store in stores:
        store.close()
    assert kept_in(tmp_path) == {hashlib.sha256(b"same").hexdigest()}


def test_a_full_disk_is_logged_and_no_more(
    tmp_path: Path, offer: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: int, target: int, at: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "copy_file", full)
    store = KeptSamples(tmp_path / "kept", 1000, 400, 30)
    offer(store, b"x")
    store.close()
    assert kept_in(tmp_path) == set()


def test_a_queue_of_files_is_bounded(
    tmp_path: Path, offer: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "WAITING_BYTES", 64)
    monkeypatch.setattr(kept, "WAITING_FILES", 4)
    store = KeptSamples(tmp_path / "kept", 10_000, 400, 30)
    monkeypatch.setattr(store, "_thread", Stuck())
    for number in range(9):
        offer(store, bytes([number]))
    assert len(store._thread.waiting) == 4  # type: ignore[attr-defined]
    for descriptor in store._thread.waiting:  # type: ignore[attr-defined]
        os.close(descriptor)


class Stuck:
    """A thread that never comes to its work."""

    def __init__(self) -> None:
        self.waiting: list[int] = []

    def submit(self, _: object, descriptor: int, *rest: object) -> None:
        self.waiting.append(descriptor)
