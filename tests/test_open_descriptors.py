"""What tests count as left open: all of it, but for what servers of other tests accept."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

Count = Callable[[], Counter[str]]


@pytest.fixture(scope="module")
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_all_that_is_opened_counts(open_descriptors: Count) -> None:
    before = open_descriptors()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert open_descriptors() - before == Counter(socket=1)
        with socket.create_connection(listening.getsockname()), listening.accept()[0]:
            assert open_descriptors() - before == Counter(socket=3)
    assert not open_descriptors() - before


def test_what_an_older_server_accepts_does_not(
    server: socket.socket, open_descriptors: Count
) -> None:
    before = open_descriptors()
    with socket.create_connection(server.getsockname()), server.accept()[0]:
        assert open_descriptors() - before == Counter(socket=1), "the client's"
