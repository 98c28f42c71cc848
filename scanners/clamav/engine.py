"""ClamAV as the front sees it: one scan() that always answers, over a link that comes back."""

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from scanners.clamav.address import parse_address
from scanners.clamav.link import Link, open_link
from scanners.clamav.reply import Answer, Version
from scanners.clamav.reports import gap, report_of
from scanners.model import Reason, Report
from scanners.settings import ClamavSettings

VERSION_SECONDS = 10
"""Below clamd's CommandReadTimeout (30 s by default), after which it closes a silent session."""
SILENCE_SECONDS = 25
"""A clamd that says nothing at all for so long, although asked, has hung."""
CONNECT_SECONDS = 10
"""For a connection and its probes; milliseconds unless clamd is overwhelmed."""
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
STABLE_SECONDS = 5.0
"""A link that lived so long is followed by a quick attempt; a shorter one is not."""
GRACE_SECONDS = 1.0
"""How long a scan waits for a link, while the last one was lost not long ago."""
RECENT_SECONDS = 5.0
ATTEMPTS = 2
"""A scan whose session broke is repeated once: its own file may be what breaks clamd."""


@dataclass(frozen=True, slots=True)
class EngineState:
    status: Literal["up", "down", "off"]
    version: str
    """As clamd states it, at most VERSION_SECONDS old; the last known while down."""
    transport: Literal["fildes", "instream", ""]
    fault: str
    """Why it is down or degraded, one sentence; empty if nothing is wrong."""


class Clamav:
    """All scans of one process by one clamd.  Belongs to one event loop."""

    def __init__(self, settings: ClamavSettings, socket: str) -> None:
        """`socket` is a path, `host:port`, or "off", with which every report is empty."""
        self._place = socket
        self._slots = asyncio.Semaphore(settings.in_flight)
        self._link: Link | None = None
        self._linked = asyncio.Event()
        self._tried = asyncio.Event()
        self._lost_at = time.monotonic()
        self._version = ""
        self._fault = "not connected yet"
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect, and to reconnect for ever; needs the running event loop."""
        if self._place != "off" and self._task is None:
            self._lost_at = time.monotonic()
            self._task = asyncio.get_running_loop().create_task(self._stay_linked())

    async def stop(self) -> None:
        """End the session; scans still open answer engine_down."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._fault = "stopped"

    async def settled(self) -> None:
        """Wait for the first attempt to connect to succeed or fail; CONNECT_SECONDS at most."""
        if self._task is not None:
            await self._tried.wait()

    @property
    def state(self) -> EngineState:
        if self._place == "off":
            return EngineState("off", "", "", "")
        if self._link is None:
            return EngineState("down", self._version, "", self._fault)
        return EngineState("up", self._version, self._link.transport, self._link.fault)

    async def scan(
        self, descriptor: int, size: int, deadline: float, path: tuple[str, ...] = ()
    ) -> Report:
        """Return what ClamAV says of the file; every failure is a gap in the report.

        `descriptor` is a regular file or memfd of `size` bytes; the caller may close it at any
        time.  `deadline` is of the monotonic clock, seconds.  `path` as in `Content.path`.
        """
        if self._place == "off":
            return Report()
        try:
            copy = os.dup(descriptor)
        except OSError:
            return gap(Reason.ENGINE_DOWN, path)
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return report_of(await self._ask(copy, size), path)
        except TimeoutError:
            return gap(Reason.TIMED_OUT, path)
        finally:
            os.close(copy)

    async def _ask(self, descriptor: int, size: int) -> Answer | None:
        """Return clamd's answer, None if there is no clamd to give one."""
        attempts = 0
        while attempts < ATTEMPTS:
            link = await self._link_soon()
            if link is None:
                return None
            async with self._slots:
                if link is not self._link:  # lost while this scan waited for its turn
                    continue
                answer = await link.scan(descriptor, size)
            if answer is not None:
                return answer
            attempts += 1
        return None

    async def _link_soon(self) -> Link | None:
        """Return the link, after a short wait if it was lost a moment ago."""
        if self._link is not None and self._link.session.ended.done():
            self._forget_link()
        if self._link is None and self._task is not None:
            recent = self._lost_at + RECENT_SECONDS - time.monotonic()
            if recent > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(recent, GRACE_SECONDS)):
                        await self._linked.wait()
        return self._link

    def _forget_link(self) -> None:
        if self._link is not None:
            self._link = None
            self._linked.clear()
            self._lost_at = time.monotonic()

    async def _stay_linked(self) -> None:
        address = None
        pause = FIRST_PAUSE_SECONDS
        while True:
            linked_at = time.monotonic()
            try:
                address = address or parse_address(self._place)
                async with asyncio.timeout(CONNECT_SECONDS):
                    link = await open_link(address)
                linked_at = time.monotonic()
                self._fault = await self._use(link)
            except TimeoutError:
                self._fault = f"no answer from {self._place} within {CONNECT_SECONDS} s"
            except Exception as error:  # a bug, too, must not end the attempts
                self._fault = f"{self._place}: {error}"
            self._tried.set()
            stable = time.monotonic() - linked_at > STABLE_SECONDS
            pause = FIRST_PAUSE_SECONDS if stable else min(2 * pause, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _use(self, link: Link) -> str:
        """Offer the link to scans for as long as it lives; return why it ended."""
        self._link, self._version, self._fault = link, link.version, ""
        self._linked.set()
        self._tried.set()
        try:
            while not link.session.ended.done():
                await asyncio.wait({link.session.ended}, timeout=VERSION_SECONDS)
                await self._keep_open(link)
            return link.session.fault()
        finally:
            self._forget_link()
            link.session.end("the engine was stopped")

    async def _keep_open(self, link: Link) -> None:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                answer = await link.session.version()
        except TimeoutError:
            # A loaded clamd may owe the version for long, but it answers scans meanwhile.
            if time.monotonic() - link.session.heard_at >= SILENCE_SECONDS:
                link.session.end(f"clamd said nothing for {SILENCE_SECONDS} s")
        else:
            if isinstance(answer, Version):
                self._version = answer.text
