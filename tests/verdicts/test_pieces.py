"""Objects that come in pieces: joined if they come in order, never beyond the limits."""

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from verdicts import pieces
from verdicts.model import Direction, Piece, Transfer
from verdicts.pieces import IDLE_SECONDS, PieceStore, file_key, join_piece
from verdicts.spool import Spool

WHOLE = bytes(range(256)) * 40
Send = Callable[..., bytes | None]


@pytest.fixture
def store(tmp_path: Path) -> PieceStore:
    return PieceStore(tmp_path, whole_bytes=20_000, total_bytes=30_000)


@pytest.fixture
def send(store: PieceStore, transfer: Callable[..., Transfer]) -> Iterator[Send]:
    """Join WHOLE[first:end] of one object; return the whole object if it is complete."""
    opened: list[Spool] = []

    def join(
        first: int,
        end: int,
        total: int | None = len(WHOLE),
        *,
        url: str = "http://a/f",
        client_ip: str = "192.0.2.1",
        validator: str = '"v1"',
        data: bytes | None = None,
        direction: Direction = Direction.DOWNLOAD,
    ) -> bytes | None:
        piece = Piece(first, end - 1, total, validator)
        moved = transfer(
            url=url, client_ip=client_ip, piece=piece, partial=True, direction=direction
        )
        content = WHOLE[first:end] if data is None else data
        descriptor = os.memfd_create("piece")
        try:
            os.write(descriptor, content)
            spool = store.join(moved, descriptor, len(content))
        finally:
            os.close(descriptor)
        if spool is None:
            return None
        opened.append(spool)
        assert len(spool.sha256) == 64
        return b"".join(spool.read())

    yield join
    for spool in opened:
        spool.close()


def test_pieces_in_order_make_a_whole(send: Send, store: PieceStore) -> None:
    assert send(0, 100) is None
    assert send(100, 5000) is None
    assert send(5000, len(WHOLE)) == WHOLE
    assert not list(store.folder.iterdir())


def test_one_piece_may_be_all_of_it(send: Send) -> None:
    assert send(0, len(WHOLE)) == WHOLE


@pytest.mark.parametrize("second", [(101, 200), (5000, len(WHOLE))])
def test_out_of_order_is_not_joined(send: Send, store: PieceStore, second: tuple[int, int]) -> None:
    send(0, 100)
    assert send(*second) is None
    assert send(100, len(WHOLE)) is None
    assert not list(store.folder.iterdir())


def test_a_client_may_begin_anew(send: Send) -> None:
    send(0, 100)
    send(100, 9000)
    send(0, 10)
    assert send(10, len(WHOLE)) == WHOLE


def test_a_piece_fetched_again_takes_the_place_of_the_first(send: Send) -> None:
    send(0, 100)
    send(100, 5000, data=b"\0" * 4900)
    send(100, 3000)
    send(2900, 5000)
    assert send(5000, len(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    "other", [{"url": "http://a/g"}, {"client_ip": "192.0.2.2"}, {"validator": '"v2"'}]
)
def test_other_objects_are_other_files(send: Send, other: dict[str, str]) -> None:
    send(0, 100)
    assert send(100, len(WHOLE), **other) is None
    assert send(100, len(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    "direction, validator, joined",
    [
        (Direction.DOWNLOAD, '"v1"', True),
        (Direction.DOWNLOAD, "", False),
        (Direction.UPLOAD, '"v1"', False),
        (Direction.UPLOAD, "", False),
    ],
)
def test_pieces_of_nobody_in_particular_are_joined_only_if_they_are_of_one_version(
    send: Send, direction: Direction, validator: str, *, joined: bool
) -> None:
    """Else the pieces of two people would make a file that neither has."""
    about = {"client_ip": "", "direction": direction, "validator": validator}
    send(0, 100, **about)
    assert (send(100, len(WHOLE), **about) == WHOLE) is joined


def test_a_piece_that_lies_about_its_length_belongs_to_nothing(send: Send) -> None:
    assert send(0, 100, data=b"short") is None
    assert send(100, len(WHOLE)) is None


def test_an_object_of_unknown_length_is_not_joined(send: Send, store: PieceStore) -> None:
    assert send(0, 100, None) is None
    assert not list(store.folder.iterdir())


def test_an_object_beyond_the_limit_is_not_kept(send: Send, store: PieceStore) -> None:
    assert send(0, 100, store.whole_bytes + 1) is None
    assert not list(store.folder.iterdir())


def test_the_folder_never_holds_more_than_it_may(send: Send, store: PieceStore) -> None:
    for number in range(9):
        send(0, 9000, url=f"http://a/{number}")
        assert sum(path.stat().st_size for path in store.folder.iterdir()) <= store.total_bytes
    assert send(9000, len(WHOLE), url="http://a/0") is None
    assert send(9000, len(WHOLE), url="http://a/8") == WHOLE


def test_the_number_of_objects_is_bounded(
    send: Send, store: PieceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "MAX_FILES", 3)
    for number in range(9):
        send(0, 1, url=f"http://a/{number}")
        assert len(list(store.folder.iterdir())) <= 3
    assert send(1, len(WHOLE), url="http://a/8") == WHOLE


def test_the_idle_are_dropped(
    send: Send, store: PieceStore, transfer: Callable[..., Transfer]
) -> None:
    send(0, 100)
    (path,) = store.folder.iterdir()
    long_ago = path.stat().st_mtime - IDLE_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    assert send(0, 1, url="http://a/other") is None
    assert not path.exists()


def test_a_full_disk_forgets_the_object(
    send: Send, store: PieceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: int, target: int, at: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pieces, "copy_file", full)
    with pytest.raises(OSError, match="No space"):
        send(0, 100)
    assert not list(store.folder.iterdir())


def test_two_fronts_never_tear_an_object(send: Send) -> None:
    """Whoever comes second finds the object longer, or gone; nobody gets a mixture."""
    with ThreadPoolExecutor(3) as fronts:
        for _ in range(20):
            send(0, 100)
            found = list(fronts.map(lambda _: send(100, len(WHOLE)), range(3)))
            assert WHOLE in found
            assert all(whole in (None, WHOLE) for whole in found)


def test_a_key_names_no_path(transfer: Callable[..., Transfer]) -> None:
    piece = Piece(0, 1, 2, "../../\udcff")
    key = file_key(transfer(url="http://a/../\udce4"), piece)
    assert len(key) == 64
    assert key.isalnum()


async def test_a_finished_body_is_added(
    store: PieceStore, spool: Callable[[bytes], Spool], transfer: Callable[..., Transfer]
) -> None:
    first = transfer(partial=True, piece=Piece(0, 99, len(WHOLE), "v1"))
    second = transfer(partial=True, piece=Piece(100, len(WHOLE) - 1, len(WHOLE), "v1"))
    assert await join_piece(store, first, spool(WHOLE[:100])) is None
    whole = await join_piece(store, second, spool(WHOLE[100:]))
    assert whole is not None
    assert b"".join(whole.read()) == WHOLE
    whole.close()


async def test_no_piece_and_no_store_are_no_whole(
    store: PieceStore, spool: Callable[[bytes], Spool], transfer: Callable[..., Transfer]
) -> None:
    assert await join_piece(store, transfer(partial=True), spool(WHOLE)) is None
    piece = Piece(0, 99, 200, "v1")
    assert await join_piece(None, transfer(partial=True, piece=piece), spool(WHOLE[:100])) is None


async def test_a_disk_that_is_full_holds_nothing_up(
    tmp_path: Path, spool: Callable[[bytes], Spool], transfer: Callable[..., Transfer]
) -> None:
    nowhere = PieceStore(tmp_path / "missing", 1000, 1000)
    moved = transfer(partial=True, piece=Piece(0, 99, 200, "v1"))
    assert await join_piece(nowhere, moved, spool(WHOLE[:100])) is None


async def test_no_descriptor_left_holds_nothing_up(
    store: PieceStore,
    spool: Callable[[bytes], Spool],
    transfer: Callable[..., Transfer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(descriptor: int) -> int:
        raise OSError(errno.EMFILE, "as scripted")

    monkeypatch.setattr("verdicts.pieces.os.dup", fail)
    moved = transfer(partial=True, piece=Piece(0, 99, 200, "v1"))
    assert await join_piece(store, moved, spool(WHOLE[:100])) is None
