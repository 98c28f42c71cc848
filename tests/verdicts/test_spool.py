"""The spool: every boundary between buffer, memfd and file; read-only descriptors; the accounts."""

import errno
import fcntl
import hashlib
import mmap
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts import spool as spool_module
from verdicts.spool import BUFFER_LIMIT, READ_SIZE, Spool, SpoolSpace, spool_file

Count = Callable[[], Counter[str]]
MEMORY = 100_000
"""A larger body goes to a file."""


def files(opened: Counter[str]) -> list[str]:
    """Leave out what a spool never opens: other tests' loops may come and go meanwhile."""
    return [name for name in opened.elements() if name not in ("socket", "pipe")]


@pytest.fixture
def small(space: SpoolSpace) -> SpoolSpace:
    return replace(space, memory_bytes=MEMORY)


def fill(space: SpoolSpace, data: bytes, piece: int = 0) -> Spool:
    spool = Spool(space)
    piece = piece or len(data) or 1
    for at in range(0, len(data), piece):
        spool.write(memoryview(data)[at : at + piece])
    spool.finish()
    return spool


def pattern(size: int) -> bytes:
    """Bytes in which every shift and swap shows."""
    return b"".join(at.to_bytes(4, "big") for at in range(size // 4 + 1))[:size]


BOUNDARIES = [
    # size, kept in
    (0, "buffer"),
    (1, "buffer"),
    (BUFFER_LIMIT, "buffer"),
    (BUFFER_LIMIT + 1, "memfd"),
    (MEMORY, "memfd"),
    (MEMORY + 1, "file"),
    (3 * READ_SIZE + 7, "file"),
]


@pytest.mark.parametrize("piece", [0, 1000, 65_536], ids=["whole", "pieces", "reads"])
@pytest.mark.parametrize("size, kept", BOUNDARIES)
def test_every_size_comes_back_whole(
    small: SpoolSpace, open_descriptors: Count, size: int, kept: str, piece: int
) -> None:
    before = open_descriptors()
    data = pattern(size)
    spool = fill(small, data, piece)
    assert spool.size == size
    assert spool.sha256 == hashlib.sha256(data).hexdigest()
    opened = files(open_descriptors() - before)
    assert len(opened) == (kept != "buffer")
    assert ("/memfd" in opened) == (kept == "memfd")
    assert (small.memory_used, small.disk_used) == ((0, size) if kept == "file" else (size, 0))
    pieces = list(spool.read())
    assert b"".join(pieces) == data
    assert all(0 < len(one) <= READ_SIZE for one in pieces)
    descriptor = spool.descriptor()
    assert os.pread(descriptor, size + 1, 0) == data
    assert b"".join(spool.read()) == data
    spool.close()
    spool.close()
    assert (small.memory_used, small.disk_used, small.used) == (0, 0, 0)
    assert not files(open_descriptors() - before)


@pytest.mark.parametrize("size, kept", BOUNDARIES[1:])
def test_nobody_writes_through_the_descriptor(small: SpoolSpace, size: int, kept: str) -> None:
    spool = fill(small, pattern(size))
    descriptor = spool.descriptor()
    assert spool.descriptor() == descriptor
    again = os.dup(descriptor)
    reopened = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)
    for one in (descriptor, again, reopened):
        with pytest.raises(OSError, match=r"Bad file|not permitted"):
            os.pwrite(one, b"X", 0)
        with pytest.raises(OSError, match=r"Invalid|not permitted"):
            os.ftruncate(one, 0)
        with pytest.raises(PermissionError):
            mmap.mmap(one, size, mmap.MAP_SHARED, mmap.PROT_WRITE | mmap.PROT_READ)
    if kept != "file":
        assert fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) == spool_module.SEALS
    os.close(again)
    os.close(reopened)
    spool.close()


def test_a_file_has_no_name(small: SpoolSpace) -> None:
    spool = fill(small, pattern(MEMORY + 1))
    assert os.listdir(small.folder) == []
    assert os.fstat(spool.descriptor()).st_nlink == 0
    assert os.fstat(spool.descriptor()).st_mode & 0o777 == 0o600
    spool.close()


def test_short_memory_sends_a_small_body_to_disk(small: SpoolSpace) -> None:
    """At the total: the body that would exceed it moves, the others stay."""
    small.memory_total = 1000
    first, second = fill(small, b"a" * 1000), fill(small, b"b" * 400, piece=100)
    assert (small.memory_used, small.disk_used) == (1000, 400)
    assert (b"".join(first.read()), b"".join(second.read())) == (b"a" * 1000, b"b" * 400)
    first.close()
    second.close()
    assert small.used == 0


def test_full_is_about_the_disk(small: SpoolSpace) -> None:
    small.disk_total = MEMORY + 1
    inside = fill(small, b"a" * MEMORY)
    assert not small.full
    outside = fill(small, b"a" * (MEMORY + 1))
    assert small.full
    outside.close()
    assert not small.full
    inside.close()


def test_each_owner_has_a_share_of_the_disk(small: SpoolSpace) -> None:
    small.share, small.disk_total = 0.5, 4 * MEMORY
    spools = [Spool(small, owner) for owner in ("ann", "ann", "bob", "ann")]
    for spool in spools:
        spool.write(memoryview(bytes(MEMORY + 1)))
    assert [small.full_for(owner) for owner in ("ann", "bob", "eve")] == [True] * 3, "4 of 4"
    assert [spool.on_disk for spool in spools] == [MEMORY + 1] * 4
    spools[3].close()
    assert [small.full_for(owner) for owner in ("ann", "bob", "eve")] == [True, False, False]
    spools[0].write(memoryview(b"more"))
    for spool in spools:
        spool.close()
        assert spool.on_disk == 0
    assert not small.full_for("ann")
    assert (small.used, len(small._owned)) == (0, 0), "who left is forgotten"


@pytest.mark.parametrize("moment", ["create", "move", "append"])
def test_full_disk_is_an_error_and_leaves_no_trace(
    small: SpoolSpace, open_descriptors: Count, moment: str
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    before = open_descriptors()
    spool = Spool(small)
    spool.write(memoryview(bytes(BUFFER_LIMIT + 1)))
    if moment == "append":
        spool.write(memoryview(bytes(MEMORY)))
    target = {"create": "tempfile.TemporaryFile", "move": "os.sendfile", "append": "os.write"}
    with mock.patch(f"verdicts.spool.{target[moment]}", side_effect=full), pytest.raises(OSError):  # noqa: PT011
        spool.write(memoryview(bytes(MEMORY)))
    spool.close()
    assert small.used == 0
    assert not files(open_descriptors() - before)


def test_full_disk_while_the_buffer_moves(small: SpoolSpace, open_descriptors: Count) -> None:
    small.memory_total = 10
    before = open_descriptors()
    spool = fill(small, b"0123456789")
    with (
        mock.patch("verdicts.spool.os.write", side_effect=OSError(errno.ENOSPC, "full")),
        pytest.raises(OSError, match="full"),
    ):
        spool.write(memoryview(b"x"))
    spool.close()
    assert small.used == 0
    assert not files(open_descriptors() - before)


def test_missing_folder_is_an_error(small: SpoolSpace) -> None:
    spool = Spool(replace(small, folder=Path("/nonexistent/spool")))
    with pytest.raises(FileNotFoundError):
        spool.write(memoryview(bytes(MEMORY + 1)))
    spool.close()


def test_short_writes_are_continued(small: SpoolSpace) -> None:
    """A kernel may take less than all."""
    real = os.write
    data = pattern(MEMORY + 1)
    with mock.patch("verdicts.spool.os.write", side_effect=lambda fd, d: real(fd, d[:999])):
        spool = fill(small, data)
    assert b"".join(spool.read()) == data
    spool.close()


def test_reading_a_closed_spool_is_no_short_body(small: SpoolSpace) -> None:
    spool = fill(small, bytes(3 * READ_SIZE))
    reading = spool.read()
    next(reading)
    spool.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        next(reading)


def test_a_spool_that_lost_bytes_is_an_error(small: SpoolSpace) -> None:
    spool = fill(small, bytes(MEMORY + 1))
    with (
        mock.patch("verdicts.spool.os.pread", return_value=b""),
        pytest.raises(OSError, match="shorter"),
    ):
        next(spool.read())
    spool.close()


@given(st.lists(st.integers(0, 50_000), max_size=12), st.integers(0, 120_000), st.booleans())
def test_cuts_do_not_matter(sizes: list[int], memory: int, shared: bool) -> None:
    space = SpoolSpace(Path(tempfile.gettempdir()), memory, 60_000 if shared else 2**30, 2**30)
    data = pattern(sum(sizes))
    spool, at = Spool(space), 0
    for size in sizes:
        spool.write(memoryview(data)[at : at + size])
        at += size
    spool.finish()
    assert spool.sha256 == hashlib.sha256(data).hexdigest()
    assert space.used == spool.size == len(data)
    assert b"".join(spool.read()) == data
    assert os.pread(spool.descriptor(), len(data) + 1, 0) == data
    spool.close()
    assert space.used == 0


@pytest.mark.parametrize("size", [0, 1, READ_SIZE, READ_SIZE + 1])
def test_spool_file_copies_up_to_its_limit(
    small: SpoolSpace, tmp_path: Path, open_descriptors: Count, size: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(pattern(size))
    with path.open("rb") as file:
        before = open_descriptors()
        file.seek(0, os.SEEK_END)  # where the caller stands does not matter
        spool = spool_file(file.fileno(), small, size)
        assert spool is not None
        path.write_bytes(b"changed")
        assert b"".join(spool.read()) == pattern(size)
        assert spool.sha256 == hashlib.sha256(pattern(size)).hexdigest()
        spool.close()
        path.write_bytes(pattern(size + 1))
        assert spool_file(file.fileno(), small, size) is None
        assert small.used == 0
        assert not files(open_descriptors() - before)


def test_spool_file_of_a_pipe_is_an_error(small: SpoolSpace, open_descriptors: Count) -> None:
    before = open_descriptors()
    reading, writing = os.pipe()
    with pytest.raises(OSError, match="Illegal seek"):
        spool_file(reading, small, 100)
    os.close(reading)
    os.close(writing)
    assert small.used == 0
    assert not files(open_descriptors() - before)


@pytest.mark.parametrize("size", [5000, BUFFER_LIMIT + 5000, MEMORY + 5000])
def test_what_is_there_can_be_read_while_more_is_written(small: SpoolSpace, size: int) -> None:
    data, spool = pattern(size + 1000), Spool(small)
    spool.write(memoryview(data)[:size])
    assert spool.peek(0, 100) == data[:100]
    assert spool.peek(size - 10, 100) == data[size - 10 : size]
    assert spool.peek(size, 100) == b""
    spool.write(memoryview(data)[size:])
    assert spool.peek(size, 100) == data[size : size + 100]
    spool.finish()
    for at in (0, 1, size, size + 1000, size + 2000):
        assert b"".join(spool.read(at)) == data[at:]
    spool.close()
    assert spool.peek(0, 10) == b""
