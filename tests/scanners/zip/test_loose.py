"""The walk from header to header: every byte is a member's, a record's, or left over."""

import struct
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.errors import DeadlinePassed
from scanners.zip.headers import local_header
from scanners.zip.loose import Leftover, Loose, bounds, walk
from tests.scanners.zip.forge import FLAGS_DEFERRED, Item, descriptor, end_64, forge

MakeBudget = Callable[..., Budget]

TEXT = b"plain text " * 9
PACKED = builders.raw_deflate(TEXT)
ONE, TWO = Item(b"one", TEXT), Item(b"two", TEXT, builders.STORED)
MEMBERS = ONE.local_record() + ONE.body + TWO.local_record() + TWO.body


def _deferred(behind: bytes, **more: object) -> bytes:
    zeros = {"checksum": 0, "packed_size": 0, "size": 0}
    item = Item(b"one", TEXT, flags=FLAGS_DEFERRED, local=zeros, **more)  # type: ignore[arg-type]
    return item.local_record() + item.body + behind


def _parts(data: bytes, budget: Budget, end: int | None = None) -> list[tuple[str, int, int]]:
    view = memoryview(data)
    found = []
    for part in walk(view, 0, len(view) if end is None else end, budget):
        if isinstance(part, Loose):
            found.append((part.local.name, part.start, part.behind))
        else:
            found.append(("", part.start, part.end))
    return found


def test_members_and_what_lies_between(new_budget: MakeBudget) -> None:
    first = len(ONE.local_record() + ONE.body)
    data = b"x" * 40 + MEMBERS + b"y" * 50
    assert _parts(data, new_budget()) == [
        ("", 0, 40),
        ("one", 40, 40 + first),
        ("two", 40 + first, 40 + len(MEMBERS)),
        ("", 40 + len(MEMBERS), len(data)),
    ]


def test_records_of_an_archive_are_not_left_over(new_budget: MakeBudget) -> None:
    data = forge([ONE, TWO], wide=end_64(2, 0, 0, 0), end={"comment_size": 0})
    assert [name for name, _, _ in _parts(data, new_budget())] == ["one", "two"]


def test_a_member_may_end_behind_the_region(new_budget: MakeBudget) -> None:
    ((name, start, end),) = _parts(MEMBERS, new_budget(), end=35)
    assert (name, start, end) == ("one", 0, len(ONE.local_record() + ONE.body))


@pytest.mark.parametrize("layout", ["<3I", "<I2Q"])
@pytest.mark.parametrize("signature", [b"PK\x07\x08", b""])
@pytest.mark.parametrize("behind", [TWO.local_record(), b"PK\x01\x02" + bytes(42)])
def test_deferred(new_budget: MakeBudget, layout: str, signature: bytes, behind: bytes) -> None:
    """The descriptor tells where the data end, and what they are."""
    told = descriptor(TEXT, PACKED, layout=layout, signature=signature)
    view = memoryview(_deferred(told) + behind)
    found = bounds(view, local_header(view, 0), 0, new_budget())
    assert bytes(view[found.local.data : found.end]) == PACKED
    assert (found.size, found.behind) == (len(TEXT), len(view) - len(behind))


def test_deferred_to_another(new_budget: MakeBudget) -> None:
    """A descriptor that counts other bytes is data; the next header is the end."""
    view = memoryview(_deferred(descriptor(TEXT, b"")) + TWO.local_record())
    found = bounds(view, local_header(view, 0), 0, new_budget())
    assert (found.end, found.checksum) == (len(view) - len(TWO.local_record()), None)


def test_deferred_to_nothing(new_budget: MakeBudget) -> None:
    view = memoryview(_deferred(b"and so on"))
    found = bounds(view, local_header(view, 0), 0, new_budget())
    assert (found.end, found.behind, found.size) == (len(view), len(view), None)


def test_deferred_but_stated(new_budget: MakeBudget) -> None:
    item = Item(b"one", TEXT, flags=FLAGS_DEFERRED)
    view = memoryview(item.local_record() + item.body + descriptor(TEXT, PACKED) + b"..")
    found = bounds(view, local_header(view, 0), 0, new_budget())
    assert (found.packed_size, found.behind) == (len(PACKED), len(view) - 2)


@pytest.mark.parametrize(
    "piece",
    [
        b"PK\x03\x04",
        b"PK\x07\x08",
        _deferred(b"")[: -len(PACKED)],
        Item(b"", b"").local_record(),
        Item(b"a", b"", local={"packed_size": 0xFFFFFFF0}).local_record(),
        b"PK\x01\x02" + bytes(42),
        struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 1, 1, 0),
    ],
    ids=["local", "descriptor", "deferred", "nameless", "huge", "central", "end"],
)
def test_each_byte_is_looked_at_a_few_times(new_budget: MakeBudget, piece: bytes) -> None:
    """A file full of signatures takes no more than one pass."""
    data = piece * (400_000 // len(piece))
    started = time.monotonic()
    _parts(data, new_budget())
    assert time.monotonic() - started < 3


def test_the_deadline_holds(new_budget: MakeBudget) -> None:
    with pytest.raises(DeadlinePassed):
        _parts(MEMBERS, new_budget(seconds=-1))


@given(st.lists(st.sampled_from([MEMBERS, b"PK\x03\x04", b"PK\x07\x08", b"xyz", b"PK\x01\x02",
                                 b"PK\x05\x06", _deferred(b""), ONE.local_record()])))  # fmt: skip
def test_any_bytes(new_budget: MakeBudget, pieces: list[bytes]) -> None:
    """Parts follow one another; nothing is skipped but records."""
    view = memoryview(b"".join(pieces))
    at = 0
    for part in walk(view, 0, len(view), new_budget()):
        assert part.start >= at
        if isinstance(part, Leftover):
            at = part.end
        else:
            at = part.behind if part.end <= len(view) else part.local.data
        assert at > part.start


def test_a_header_whose_data_are_cut_hides_none_behind_it(new_budget: MakeBudget) -> None:
    fake = Item(b"fake", b"", local={"packed_size": 1 << 30}).local_record()
    names = [name for name, _, _ in _parts(fake + MEMBERS, new_budget())]
    assert names == ["fake", "one", "two"]
