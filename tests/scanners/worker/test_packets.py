"""Messages arrive whole or not at all, and no descriptor stays open by accident."""

import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from scanners.worker.packets import Packet, PacketCut, receive_packet, send_packet

Count = Callable[[], Counter[str]]

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def files() -> Iterator[list[int]]:
    made = [os.memfd_create(str(number)) for number in range(4)]
    yield made
    for descriptor in made:
        os.close(descriptor)


def test_bytes_and_descriptors_arrive(pair: Pair, files: list[int]) -> None:
    os.write(files[1], b"second")
    send_packet(pair[0], b"hello", files[:2])
    packet = receive_packet(pair[1], 100, 2)
    assert packet is not None
    assert packet.data == b"hello"
    assert os.pread(packet.descriptors[1], 10, 0) == b"second"
    assert not any(os.get_inheritable(descriptor) for descriptor in packet.descriptors)
    for descriptor in packet.descriptors:
        os.close(descriptor)


def test_a_message_without_descriptors(pair: Pair) -> None:
    send_packet(pair[0], b"x" * 100)
    assert receive_packet(pair[1], 100, 0) == Packet(b"x" * 100, ())


@pytest.mark.parametrize("largest, most, sent", [(99, 4, 1), (100, 0, 1), (100, 1, 2), (100, 2, 4)])
def test_more_than_agreed_is_refused(
    largest: int, most: int, sent: int, pair: Pair, files: list[int], *, open_descriptors: Count
) -> None:
    before = open_descriptors()
    send_packet(pair[0], b"x" * 100, files[:sent])
    with pytest.raises(PacketCut):
        receive_packet(pair[1], largest, most)
    assert not open_descriptors() - before


def test_the_end_and_an_empty_message_are_none(
    pair: Pair, files: list[int], open_descriptors: Count
) -> None:
    before = open_descriptors()
    send_packet(pair[0], b"", files[:1])
    assert receive_packet(pair[1], 100, 1) is None
    assert not open_descriptors() - before
    pair[0].close()
    assert receive_packet(pair[1], 100, 1) is None


def test_a_lost_peer_is_an_error_and_no_signal(pair: Pair) -> None:
    pair[1].close()
    with pytest.raises(BrokenPipeError):
        send_packet(pair[0], b"x")
