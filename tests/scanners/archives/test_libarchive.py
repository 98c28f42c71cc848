"""The binding: what members say, what comes out of them, and every way in which it can end."""

import gc
import io
import subprocess
import tarfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from samples import builders
from samples.packing import lha_of
from scanners.archives.libarchive import Kind, Member, Progress, Warned, decode, members
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, DeadlinePassed, EngineDown

MakeBudget = Callable[..., Budget]
Only = Callable[[bytes, Budget], Member]
MIB = 1024 * 1024
FILES = {"a.txt": b"a" * 700, "d/b.txt": b"b", "empty": b""}
RAW = ("bsdtar", "--format=raw")
PACKERS = {name: (*RAW, flag, "-cf") for name, flag in {"compress": "-Z", "xz": "-J"}.items()}
TAR = builders.tar_of(FILES)


def _entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.size = kind, link, size
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _sparse(name: str, at: int, data: bytes, size: int) -> bytes:
    """Return a member of GNU's old sparse format: `data` at `at`, holes around it."""
    head = bytearray(_entry(name, tarfile.GNUTYPE_SPARSE, size=len(data)))
    head[386:410] = b"%011o\0%011o\0" % (at, len(data))
    head[483:495] = b"%011o\0" % size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head[:512])
    return bytes(head) + data + bytes(-len(data) % 512)


@pytest.fixture
def only() -> Iterator[Only]:
    """Return a call that opens a tar and returns its first member; all are closed at the end."""
    opened: list[Generator[Member, None, None]] = []

    def call(data: bytes, budget: Budget) -> Member:
        opened.append(members(memoryview(data), ("tar",), budget))
        return next(opened[-1])

    yield call
    for archive in opened:
        archive.close()


def test_members_in_order_with_their_bytes(new_budget: MakeBudget) -> None:
    budget = new_budget()
    found = {
        member.name: bytes(member.read(budget, MIB).view)
        for member in members(memoryview(TAR), ("tar",), budget)
    }
    assert found == FILES
    assert list(found) == list(FILES)
    assert budget.bytes_left == 64 * MIB - 701


def test_stored_bytes_are_not_copied(new_budget: MakeBudget) -> None:
    view = memoryview(TAR)[0:]
    for member in members(view, ("tar",), new_budget()):
        data = member.read(new_budget(), MIB)
        assert data.view.obj is view.obj
        if data.place is not None:
            assert view[data.place : data.place + len(data.view)] == data.view
        assert (data.place is None) == (member.name == "empty")


KINDS = {
    "folder": (_entry("d/", tarfile.DIRTYPE), Kind.FOLDER, ""),
    "soft link": (_entry("l", tarfile.SYMTYPE, "../x"), Kind.LINK, "../x"),
    "hard link": (_entry("l", tarfile.LNKTYPE, "x"), Kind.HARD_LINK, "x"),
    "pipe": (_entry("p", tarfile.FIFOTYPE), Kind.DEVICE, ""),
    "device": (_entry("p", tarfile.CHRTYPE), Kind.DEVICE, ""),
    "file": (_entry("f"), Kind.FILE, ""),
}


@pytest.mark.parametrize("data, kind, link", KINDS.values(), ids=KINDS)
def test_kinds(new_budget: MakeBudget, data: bytes, kind: Kind, link: str) -> None:
    (member,) = members(memoryview(data + bytes(1024)), ("tar",), new_budget())
    assert (member.kind, member.link, member.encrypted) == (kind, link, False)


@pytest.mark.parametrize("name", ["ünïcode.txt", "файл.txt", "caf\udce9.txt", "n" * 3000])
@pytest.mark.parametrize("dialect", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_in_any_encoding(new_budget: MakeBudget, name: str, dialect: int) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=dialect) as archive:
        archive.addfile(tarfile.TarInfo(name))
    (member,) = members(memoryview(stream.getvalue()), ("tar",), new_budget())
    assert member.name == name


def test_encryption_and_passphrases(new_budget: MakeBudget) -> None:
    data = memoryview(builders.encrypted_zip({"a.txt": b"secret"}, b"infected"))
    budget = new_budget()
    (locked,) = ((m, m.read(budget, MIB)) for m in members(data, ("zip",), budget))
    assert locked[0].encrypted
    assert isinstance(locked[1].failure, ContentMalformed)
    wanted = members(data, ("zip",), budget, passphrase="infected")  # noqa: S106
    assert [bytes(member.read(budget, MIB).view) for member in wanted] == [b"secret"]


def test_holes_are_zeros(new_budget: MakeBudget, only: Only) -> None:
    data = _sparse("s", 1000, b"middle", 5000) + bytes(1024)
    budget = new_budget()
    found = only(data, budget).read(budget, MIB)
    assert bytes(found.view) == bytes(1000) + b"middle" + bytes(3994)
    assert (found.failure, found.place) == (None, None)
    assert budget.bytes_left == 64 * MIB - 5000


@pytest.mark.parametrize("at", [0, 2**40])
def test_holes_are_not_made_beyond_the_ceiling(new_budget: MakeBudget, only: Only, at: int) -> None:
    budget = new_budget()
    found = only(_sparse("s", at, b"end", 2**41) + bytes(1024), budget).read(budget, MIB)
    assert found.bomb
    assert isinstance(found.failure, ContentTooLarge)
    assert len(found.view) <= 3
    assert budget.bytes_left >= 64 * MIB - 3


def test_holes_are_counted(new_budget: MakeBudget, only: Only) -> None:
    budget = new_budget(size=10_000)
    found = only(_sparse("s", 20_000, b"end", 20_003) + bytes(1024), budget).read(budget, MIB)
    assert (isinstance(found.failure, ContentTooLarge), found.bomb) == (True, False)


def test_ceiling_and_budget(new_budget: MakeBudget, only: Only) -> None:
    found = only(TAR, new_budget()).read(new_budget(), 699)
    assert (found.bomb, isinstance(found.failure, ContentTooLarge)) == (True, True)
    found = only(TAR, new_budget()).read(new_budget(size=699), MIB)
    assert (found.bomb, isinstance(found.failure, ContentTooLarge)) == (False, True)
    assert only(TAR, new_budget()).read(new_budget(size=700), 700).failure is None


def test_no_time_left(new_budget: MakeBudget, only: Only) -> None:
    member = only(TAR, new_budget())
    late = Budget(time.monotonic() - 1, MIB, 10, 8)
    assert isinstance(member.read(late, MIB).failure, DeadlinePassed)
    with pytest.raises(DeadlinePassed):
        next(members(memoryview(TAR), ("tar",), late))


def test_a_member_is_read_once_and_in_its_turn(new_budget: MakeBudget) -> None:
    walk = members(memoryview(TAR), ("tar",), new_budget())
    first, second = next(walk), next(walk)
    with pytest.raises(ValueError, match="no longer"):
        first.read(new_budget(), MIB)
    assert bytes(second.read(new_budget(), MIB).view) == b"b"
    with pytest.raises(ValueError, match="no longer"):
        second.read(new_budget(), MIB)


def test_a_member_does_not_outlive_its_archive(new_budget: MakeBudget) -> None:
    member = next(members(memoryview(TAR), ("tar",), new_budget()))
    with pytest.raises(ValueError, match="no longer"):
        member.read(new_budget(), MIB)


def test_what_came_before_a_cut_is_kept(new_budget: MakeBudget, only: Only) -> None:
    found = only(TAR[:1000], new_budget()).read(new_budget(), MIB)
    assert isinstance(found.failure, ContentMalformed)
    names = []
    with pytest.raises(ContentMalformed):
        names += [member.name for member in members(memoryview(TAR[:1700]), ("tar",), new_budget())]
    walk = members(memoryview(TAR[:1700]), ("tar",), new_budget())
    assert next(walk).name == "a.txt"


@pytest.mark.parametrize("method, came_out", [(b"lh1", b""), (b"lzs", b""), (b"lh0", b"aaa")])
def test_a_warning_on_the_way_is_a_failure_that_keeps_the_bytes(
    new_budget: MakeBudget, method: bytes, came_out: bytes
) -> None:
    """Of methods that libarchive does not know, and of a checksum that does not hold."""
    data = bytearray(lha_of({"a.txt": b"aaa"}))
    data[3:6] = method
    data[27] ^= method == b"lh0"  # the checksum, and then that of the header
    data[1] = sum(data[2 : data[0] + 2]) & 0xFF
    budget = new_budget()
    (found,) = (m.read(budget, MIB) for m in members(memoryview(data), ("lha",), budget))
    assert (bytes(found.view), type(found.failure)) == (came_out, Warned)


def test_only_the_named_formats_are_tried(new_budget: MakeBudget) -> None:
    with pytest.raises(ContentMalformed):
        next(members(memoryview(TAR), ("cpio",), new_budget()))
    with pytest.raises(ContentMalformed):
        next(members(memoryview(builders.gzip(TAR)), ("tar",), new_budget()))
    walk = members(memoryview(builders.gzip(TAR)), ("tar",), new_budget(), filters=("gzip",))
    assert next(walk).name == "a.txt"


@pytest.mark.parametrize("name", ["lrzip", "grzip", "lzop"])
def test_no_program_is_started(new_budget: MakeBudget, name: str) -> None:
    with pytest.raises(EngineDown, match=name):
        next(members(memoryview(TAR), ("tar",), new_budget(), filters=(name,)))


def test_an_unknown_option_is_a_bug_of_ours(new_budget: MakeBudget) -> None:
    with pytest.raises(EngineDown):
        next(members(memoryview(TAR), ("tar",), new_budget(), options="iso9660:!joliet"))


@pytest.mark.parametrize("data", [b"x", b"text " * 50_000])
@pytest.mark.parametrize("name", PACKERS)
def test_one_filter_alone(tmp_path: Path, data: bytes, name: str) -> None:
    source, packed = tmp_path / "a", tmp_path / "a.packed"
    source.write_bytes(data)
    subprocess.run([*PACKERS[name], packed, source], cwd=tmp_path, check=True)
    assert b"".join(decode(memoryview(packed.read_bytes()), name)) == data


def test_a_broken_filter() -> None:
    with pytest.raises(ContentMalformed):
        list(decode(memoryview(builders.gzip(b"text" * 100)[:-12]), "gzip"))
    with pytest.raises(ContentMalformed):
        list(decode(memoryview(b"text"), "lz4"))


def test_members_of_a_xar_do_not_grow(tmp_path: Path, new_budget: MakeBudget) -> None:
    """libarchive says of the second member's end where it is behind the first."""
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(name.encode() * 100)
    subprocess.run(["bsdtar", "--format=xar", "-cf", "a", "one", "two"], cwd=tmp_path, check=True)
    budget = new_budget()
    walk = members(memoryview((tmp_path / "a").read_bytes()), ("xar",), budget)
    assert [bytes(m.read(budget, MIB).view) for m in walk] == [b"one" * 100, b"two" * 100]


def test_progress(new_budget: MakeBudget) -> None:
    progress = Progress()
    walk = members(memoryview(TAR), ("tar",), new_budget(), progress=progress)
    assert [progress.position for _ in walk] == [0, 1536, 2560]
    assert progress.position == 3072


def test_an_abandoned_archive_lets_its_memory_go(new_budget: MakeBudget) -> None:
    data = bytearray(TAR)
    walk = members(memoryview(data), ("tar",), new_budget())
    next(walk)
    walk.close()
    del walk
    gc.collect()
    data.clear()
