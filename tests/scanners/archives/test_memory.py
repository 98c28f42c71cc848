"""The address is that of the very bytes, whatever kind of memory the view shows."""

import ctypes
import gc
import mmap
import os

import pytest

from scanners.archives.memory import address

TEXT = b"where do I lie?"


def _mapped() -> memoryview:
    """Return a private, read-only map of a memfd, as a worker has it of the spool."""
    descriptor = os.memfd_create("test")
    os.write(descriptor, TEXT)
    mapped = mmap.mmap(descriptor, len(TEXT), flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    os.close(descriptor)
    return memoryview(mapped)


@pytest.mark.parametrize(
    "view",
    [memoryview(TEXT), memoryview(bytearray(TEXT)).toreadonly(), _mapped()],
    ids=["bytes", "bytearray", "map"],
)
@pytest.mark.parametrize("start", [0, 6])
def test_the_bytes_lie_there(view: memoryview, start: int) -> None:
    with address(view[start:]) as base:
        assert ctypes.string_at(base, len(TEXT) - start) == TEXT[start:]


def test_nothing_moves_while_it_is_used_and_all_is_let_go() -> None:
    data = bytearray(TEXT)
    with address(memoryview(data)):
        gc.collect()
        with pytest.raises(BufferError):
            data.extend(b"more")
    data.extend(b"more")


def test_an_error_within_lets_go_as_well() -> None:
    data = bytearray(TEXT)
    with pytest.raises(RuntimeError), address(memoryview(data)):
        raise RuntimeError
    data.clear()


def test_a_view_with_gaps_has_no_address() -> None:
    with pytest.raises(BufferError), address(memoryview(TEXT)[::2]):
        pass


def test_an_empty_view_is_no_error() -> None:
    with address(memoryview(b"")):
        pass
