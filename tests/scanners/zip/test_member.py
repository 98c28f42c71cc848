"""Members as readers see them: equal if they yield the same bytes, whole if nothing differs."""

import zlib
from collections.abc import Callable

from samples.zip_archives import aes_member, archive_of
from scanners.budget import Budget
from scanners.zip.directory import entries, find_directory
from scanners.zip.headers import Entry, local_header
from scanners.zip.loose import bounds
from scanners.zip.member import Member, listed, unlisted
from tests.scanners.zip.forge import TEXT, Fields, Item, forge

MakeBudget = Callable[..., Budget]


def _both(data: bytes, budget: Budget) -> tuple[Member, Member]:
    """Return the first member as the directory has it, and as its own header has it."""
    view = memoryview(data)
    directory = find_directory(view)
    assert directory is not None
    entry = next(entries(view, directory))
    local = local_header(view, entry.offset)
    streamed = unlisted(view, bounds(view, local, entry.offset, budget))
    return listed(view, entry, entry.names, local.data), streamed


def _forged(budget: Budget, **central: int | bytes) -> tuple[Member, Member]:
    fields: Fields = central
    return _both(forge([Item(b"a.txt", TEXT, central=fields)]), budget)


def test_the_same_bytes(new_budget: MakeBudget) -> None:
    one, other = _forged(new_budget())
    assert one.key == other.key
    assert one.is_whole(memoryview(TEXT))
    assert other.is_whole(memoryview(TEXT))


def test_other_bytes(new_budget: MakeBudget) -> None:
    for central in ({"method": 0}, {"packed_size": 5}, {"flags": 1}):
        one, other = _forged(new_budget(), **central)
        assert one.key != other.key


def test_not_whole(new_budget: MakeBudget) -> None:
    one, _ = _forged(new_budget(), checksum=1)
    assert not one.is_whole(memoryview(TEXT))
    one, _ = _forged(new_budget(), size=1)
    assert not one.is_whole(memoryview(TEXT))


def test_a_checksum_that_is_not_stated(new_budget: MakeBudget) -> None:
    """AE-2 has none; that of AE-1 counts."""
    for member in _both(archive_of(aes_member("a", TEXT, version=2)), new_budget()):
        assert member.checksum is None
    for member in _both(archive_of(aes_member("a", TEXT, version=1)), new_budget()):
        assert member.checksum == zlib.crc32(TEXT)


def test_folders(new_budget: MakeBudget) -> None:
    folder, streamed = _both(forge([Item(b"a/", b"", 0)]), new_budget())
    assert isinstance(folder.header, Entry)
    assert folder.is_folder
    assert not streamed.is_folder
