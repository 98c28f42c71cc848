"""INSTREAM: every byte of a file through a socket, for a clamd that cannot take a descriptor.

One connection a scan, outside of a session: a file beyond clamd's StreamMaxLength costs a whole
session all its scans, and a slow upload would keep the others waiting.
"""

import asyncio
import os
import socket

from scanners.clamav.address import Address, dial
from scanners.clamav.reply import MESSAGE_BYTES, Answer, Malformed, parse, take_messages

PIECE_BYTES = 256 * 1024
"""1 KiB pieces cost half as much again as 64 KiB ones; beyond 256 KiB nothing is gained."""


async def scan_stream(address: Address, descriptor: int, size: int) -> Answer | None:
    """Return clamd's answer on the first `size` bytes of the file; None if it gave none.

    Reads by offset, so that the position of the descriptor does not matter.
    """
    try:
        sock = await dial(address)
    except OSError:
        return None
    reading = asyncio.ensure_future(_read_answer(sock))
    try:
        try:
            complete = await _send(sock, descriptor, size, reading)
        except OSError:
            # clamd answers a stream that is too long in the middle of it, and hangs up: the
            # answer is there to be read although sending fails.
            complete = True
        return await reading if complete else None
    finally:
        reading.cancel()
        # The loop must have let go of the socket before its number can be used again.
        await asyncio.wait({reading})
        sock.close()


async def _send(
    sock: socket.socket, descriptor: int, size: int, reading: asyncio.Future[Answer | None]
) -> bool:
    """Return False if the file is shorter than announced: no answer will come then."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, b"zINSTREAM\0")
    offset = 0
    while offset < size and not reading.done():
        piece = os.pread(descriptor, min(PIECE_BYTES, size - offset), offset)
        if not piece:
            return False
        await loop.sock_sendall(sock, len(piece).to_bytes(4) + piece)
        offset += len(piece)
    if not reading.done():
        await loop.sock_sendall(sock, bytes(4))
    return True


async def _read_answer(sock: socket.socket) -> Answer | None:
    loop = asyncio.get_running_loop()
    received = bytearray()
    while True:
        try:
            data = await loop.sock_recv(sock, MESSAGE_BYTES)
        except OSError:
            return None
        received += data
        for message in take_messages(received):
            reply = parse(message)
            if reply.number is None and reply.torn is None:
                return reply.answer
            return Malformed("a number outside of a session")
        if not data:
            return None
