"""A transport without a socket: it notes what a session does to it."""

import asyncio


class FakeTransport(asyncio.Transport):
    """Takes what is written, up to `room` bytes at a time, and notes what is done to it."""

    def __init__(self, protocol: asyncio.BaseProtocol, room: int = 2**40) -> None:
        super().__init__()
        self.protocol = protocol
        self.room = room
        self.written = bytearray()
        self.unsent = 0
        self.paused = False
        self.reading = True
        self.closing = self.aborted = self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.ended, "written after the end"
        self.written += data
        self.unsent += len(data)
        if self.unsent > self.room and not self.paused:
            self.paused = True
            self.protocol.pause_writing()

    def read_all(self) -> None:
        """The client takes everything."""
        self.unsent = 0
        if self.paused:
            self.paused = False
            self.protocol.resume_writing()

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True
