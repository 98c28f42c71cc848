"""Which documents say that they are encrypted, and how many rounds of hashing we make."""

from collections.abc import Callable

import pytest

from samples import builders
from samples.documents_encrypted import package
from samples.office_locks import agile, letter, standard, workbook
from scanners.documents.office_keys import LARGEST_OLD, MOST_SPINS, Lock, find_lock
from scanners.errors import ContentMalformed
from scanners.ole.compound import open_compound


def _lock(data: bytes) -> Lock | None:
    view = memoryview(data)
    return find_lock(view, open_compound(view))


@pytest.mark.parametrize("make", [workbook, letter])
def test_old_ones(make: Callable[[str], bytes]) -> None:
    lock = _lock(make("word"))
    assert lock is not None
    assert not lock.opens("other")
    assert lock.opens("word")
    assert _lock(lock.clear("word")) is None


@pytest.mark.parametrize("make", [agile, standard])
def test_packages(make: Callable[[bytes, str], bytes]) -> None:
    lock = _lock(make(package(), "word"))
    assert lock is not None
    assert not lock.opens("other")
    assert lock.opens("word")
    assert lock.clear("word") == package()


def test_ordinary_ones_have_none() -> None:
    assert _lock(builders.word()) is None
    assert _lock(builders.msi()) is None
    assert _lock(builders.ole({"Workbook": b"\x09\x08\4\0\0\0\0\0\x0a\0\0\0"})) is None


def test_too_many_rounds_are_not_made() -> None:
    said = b'spinCount="1000" saltSize="16"'
    more = b'spinCount="%d" saltSiz=""' % (MOST_SPINS + 1)
    data = agile(package(), "word").replace(said, more)
    with pytest.raises(ContentMalformed):
        _lock(data)


def test_old_ones_that_are_too_large_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LARGEST_OLD > 1024 * 1024
    monkeypatch.setattr("scanners.documents.office_keys.LARGEST_OLD", 100)
    with pytest.raises(ContentMalformed):
        _lock(workbook("word"))
