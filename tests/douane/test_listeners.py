"""Addresses and listening sockets."""

import socket

import pytest

from douane.listeners import address_text, open_listeners, split_address

RIGHT = [
    ("127.0.0.1:1344", ("127.0.0.1", 1344)),
    ("[::1]:0", ("::1", 0)),
    ("localhost:65535", ("localhost", 65535)),
]
WRONG = [
    *("", ":", "1344", ":1344", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536"),
    *("127.0.0.1:-1", "127.0.0.1:1e3", "127.0.0.1:²", "::1:80", "[]:80", "[127.0.0.1]:80"),
    *("127.0.0.1:000000080", "[::1:80", "a:b:80"),
]


@pytest.mark.parametrize("text, parts", RIGHT)
def test_an_address_is_split(text: str, parts: tuple[str, int]) -> None:
    assert split_address(text) == parts


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not host:port"):
        split_address(text)


@pytest.mark.parametrize("address", ["127.0.0.1:0", "[::1]:0"])
def test_listeners_share_one_port(address: str) -> None:
    listeners = open_listeners(address, 3)
    assert len({address_text(listener) for listener in listeners}) == 1
    shown = address_text(listeners[0])
    assert split_address(shown)[1] > 0
    for listener in listeners:
        listener.listen()
    for _ in range(20):
        socket.create_connection(split_address(shown), 5).close()
    for listener in listeners:
        listener.close()


def test_a_taken_port_is_named_and_nothing_leaks() -> None:
    (taken,) = open_listeners("127.0.0.1:0", 1)
    taken.listen()
    shown = address_text(taken)
    for count in (1, 2):
        with pytest.raises(OSError, match=f"cannot listen on {shown}: Address already in use"):
            open_listeners(shown, count)
    taken.close()
    open_listeners(shown, 1)[0].close()


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(OSError, match=r"cannot listen on nowhere\.invalid:80"):
        open_listeners("nowhere.invalid:80", 1)
