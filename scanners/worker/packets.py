"""One SOCK_SEQPACKET message with its descriptors: whole, or refused."""

import os
import socket
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class PacketCut(Exception):
    """The peer sent more bytes or descriptors than this socket takes."""


@dataclass(frozen=True, slots=True)
class Packet:
    data: bytes
    descriptors: tuple[int, ...]
    """Close-on-exec, and the receiver's to close."""


def send_packet(link: socket.socket, data: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send one message; the caller keeps its descriptors.

    Raise OSError: BlockingIOError from a full non-blocking socket, EPIPE or ECONNRESET if the
    peer is gone.
    """
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))]
    link.sendmsg([data], rights if descriptors else [], socket.MSG_NOSIGNAL)


def receive_packet(link: socket.socket, largest: int, most_descriptors: int) -> Packet | None:
    """Return the next message, None at the end of the stream (an empty message counts as that).

    Raise PacketCut if it has more than `largest` bytes or `most_descriptors` descriptors, OSError
    as recvmsg(2) does.  No descriptor stays open then.
    """
    room = socket.CMSG_SPACE(most_descriptors * array("i").itemsize)
    data, ancillary, flags, _ = link.recvmsg(largest, room, socket.MSG_CMSG_CLOEXEC)
    received = array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            received.frombytes(content[: len(content) - len(content) % received.itemsize])
    descriptors = tuple(received)
    # CMSG_SPACE is padded: one descriptor too many may fit in
    cut = flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC) or len(descriptors) > most_descriptors
    if data and not cut:
        return Packet(data, descriptors)
    close_all(descriptors)
    if cut:
        raise PacketCut("a message larger than agreed")
    return None


def close_all(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
