"""OLE compound files: installers are told by class id or tables, damaged ones by what is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.ole.directory import is_installer

TABLE = "\u4840\u3f7f\u4164"
CASES = {
    "msi": (builders.msi(), True),
    "class id of an installer alone": (builders.ole(clsid=builders.MSI_CLASS), True),
    "tables without class id": (builders.ole({TABLE: b"x"}), True),
    "word": (builders.word(), False),
    "nothing in it": (builders.ole(), False),
    "signature alone": (builders.msi()[:8], False),
    "no sector size that exists": (builders.msi()[:30] + b"\xff\xff" + builders.msi()[32:], False),
    "directory out of the file": (
        builders.msi()[:48] + b"\xf0\xff\0\0" + builders.msi()[52:],
        False,
    ),
}


@pytest.mark.parametrize("data, installer", CASES.values(), ids=CASES)
def test_installers(data: bytes, installer: bool) -> None:
    assert is_installer(memoryview(data)) is installer


def test_follows_the_chain_of_directory_sectors() -> None:
    """More streams than one sector has room for, the table among the last."""
    streams = {f"stream {number}": b"" for number in range(12)}
    assert not is_installer(memoryview(builders.ole(streams)))
    assert is_installer(memoryview(builders.ole({**streams, TABLE: b""})))


@given(st.integers(0, 1600), st.binary(min_size=1, max_size=64))
def test_any_damage_is_survived(at: int, noise: bytes) -> None:
    data = builders.msi()
    is_installer(memoryview(data[:at] + noise + data[at + len(noise) :]))
