"""One IDSESSION: many scans at once on one Unix socket, a descriptor each, answers by number.

The manners of clamd 1.4 (clamd/server-th.c, clamd/session.c) that shape this file:
exactly one FILDES and one descriptor a `sendmsg`, or descriptors are lost; answers come in any
order; a FILDES that lost its descriptor ends the session, and later numbers may have shifted;
a scan that ran out of time makes clamd drop every other job of the session.
"""

import array
import asyncio
import socket
import time
from collections import deque
from dataclasses import dataclass

from scanners.clamav.reply import Answer, Clean, Failed, Found, Reply, Version, parse, take_messages

READ_BYTES = 64 * 1024

LOST_DESCRIPTOR = "No file descriptor received."
TIME_LIMIT = "Exceeded time limit"


@dataclass(slots=True)
class _Question:
    command: bytes
    descriptor: int | None
    """None: VERSION."""
    answer: asyncio.Future[Answer | None]
    """None: the session ended first.  Cancelled: nobody waits any more."""


class Session:
    """Owns its socket from the start and closes it at the end, whoever ends it."""

    def __init__(self, sock: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._received = bytearray()
        self._unsent: deque[_Question] = deque()
        self._asked: dict[int, _Question] = {}
        self._last_number = 0
        self._torn: int | None = None
        self._opened = False
        self._writing = False
        self.ended: asyncio.Future[str] = self._loop.create_future()
        """Done when the session is over, with one sentence that says why."""
        self.heard_at = time.monotonic()
        """When clamd last said anything; monotonic clock, seconds."""
        sock.setblocking(False)
        self._loop.add_reader(sock, self._read)

    async def scan(self, descriptor: int) -> Answer | None:
        """Have the file behind `descriptor` scanned; it must stay open until this returns.

        Returns None if the session ended before it answered; the scan may then be repeated on
        another one.  Cancelling forgets the number: a late answer to it is dropped.
        """
        return await self._ask(b"zFILDES\0\0", descriptor)

    async def version(self) -> Answer | None:
        """Ask for the version, which also keeps the session open; None if the session ended."""
        return await self._ask(b"zVERSION\0", None)

    def fault(self) -> str:
        """Return why the session ended; empty while it lives."""
        return self.ended.result() if self.ended.done() else ""

    def end(self, reason: str) -> None:
        """Close the socket; all that was not answered is answered with None."""
        if self.ended.done():
            return
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._writing = False
        self._socket.close()
        self.ended.set_result(reason)
        for question in (*self._asked.values(), *self._unsent):
            if not question.answer.done():
                question.answer.set_result(None)
        self._asked.clear()
        self._unsent.clear()

    async def _ask(self, command: bytes, descriptor: int | None) -> Answer | None:
        if self.ended.done():
            return None
        question = _Question(command, descriptor, self._loop.create_future())
        self._unsent.append(question)
        if not self._writing:
            self._write()
        return await question.answer

    def _write(self) -> None:
        try:
            if not self._opened:
                self._socket.send(b"zIDSESSION\0")
                self._opened = True
            while self._unsent:
                self._send_first()
        except BlockingIOError:
            if not self._writing:
                self._writing = True
                self._loop.add_writer(self._socket, self._write)
            return
        except OSError as error:
            self.end(f"cannot write to clamd: {error.strerror}")
            return
        if self._writing:
            self._writing = False
            self._loop.remove_writer(self._socket)

    def _send_first(self) -> None:
        """Send the oldest question; numbers are given as the commands leave."""
        question = self._unsent[0]
        if not question.answer.done():
            if question.descriptor is None:
                sent = self._socket.send(question.command)
            else:
                rights = array.array("i", [question.descriptor])
                ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
                sent = self._socket.sendmsg([question.command], ancillary)
            if sent != len(question.command):  # a torn command shifts all that follows
                self.end("a command left only in part")
                return
            self._last_number += 1
            self._asked[self._last_number] = question
        self._unsent.popleft()

    def _read(self) -> None:
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self.end(f"cannot read from clamd: {error.strerror}")
            return
        self.heard_at = time.monotonic()
        self._received += data
        for message in take_messages(self._received):
            fault = self._take(parse(message))
            if fault:
                self.end(fault)
            if self.ended.done():
                return
        if not data:
            self.end("clamd closed the session")

    def _take(self, reply: Reply) -> str:
        """Settle the question that `reply` answers; return why the session cannot go on, or ""."""
        if reply.torn is not None:
            question = self._asked.get(reply.torn)
            if question is None or question.descriptor is not None or self._torn is not None:
                return f"clamd answered number {reply.torn}, which it was not asked"
            self._torn = reply.torn
        number = reply.number
        if number is None and isinstance(reply.answer, Version):
            number, self._torn = self._torn, None
        question = self._asked.get(number) if number is not None else None
        if number is None or question is None:
            return f"clamd said what no question asked for: {reply.answer}"
        wanted = Version if question.descriptor is None else Clean | Found | Failed
        if not isinstance(reply.answer, wanted):
            return f"clamd answered a question with {reply.answer}"
        if reply.answer == Failed(LOST_DESCRIPTOR):
            return "clamd lost a descriptor, and with it the order of the numbers"
        del self._asked[number]
        if not question.answer.done():
            question.answer.set_result(reply.answer)
        if reply.answer == Failed(TIME_LIMIT):
            return "clamd dropped its jobs after a scan ran out of time"
        return ""
