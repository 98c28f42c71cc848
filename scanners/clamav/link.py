"""A proven way to a clamd: a session, how files travel, and what clamd says that it is."""

import os
from dataclasses import dataclass
from typing import Literal

from scanners.clamav.address import Address, dial
from scanners.clamav.probes import deep_probe, encrypted_probe, missing_settings
from scanners.clamav.reply import Answer, Clean, Found, Version
from scanners.clamav.session import Session
from scanners.clamav.stream import scan_stream
from scanners.errors import EngineDown

NOISE_BYTES = 24

Transport = Literal["fildes", "instream"]


class DescriptorsRefused(Exception):
    """clamd is there but cannot scan what a descriptor shows it: confined, or another user's."""


@dataclass(frozen=True, slots=True)
class Link:
    address: Address
    session: Session
    """Carries the scans if the transport is fildes; in any case the VERSIONs, and so the news of
    an end."""
    version: str
    transport: Transport
    fault: str
    """Why the slower transport is in use, one sentence; empty if nothing is wrong."""

    async def scan(self, descriptor: int, size: int) -> Answer | None:
        """Return clamd's answer, or None if it gave none: the scan may then be repeated."""
        if self.transport == "fildes":
            return await self.session.scan(descriptor)
        return await scan_stream(self.address, descriptor, size)


async def open_link(address: Address) -> Link:
    """Connect, and prove that clamd skips nothing in silence; raise EngineDown or OSError."""
    if not address.path:
        return await _open(address, "instream", "")
    try:
        return await _open(address, "fildes", "")
    except DescriptorsRefused as refusal:
        fault = f"clamd does not take descriptors ({refusal}): every byte is sent to it, slower"
        return await _open(address, "instream", fault)


async def _open(address: Address, transport: Transport, fault: str) -> Link:
    session = Session(await dial(address))
    try:
        version = await session.version()
        if not isinstance(version, Version):
            raise EngineDown(session.fault())
        link = Link(address, session, version.text, transport, fault)
        encrypted = await _scan_probe(link, encrypted_probe(os.urandom(NOISE_BYTES)))
        deep = await _scan_probe(link, deep_probe(os.urandom(NOISE_BYTES)))
        missing = missing_settings(encrypted, deep)
        if missing:
            raise EngineDown(missing)
    except BaseException:
        session.end("the session was given up")
        raise
    return link


async def _scan_probe(link: Link, content: bytes) -> Clean | Found:
    descriptor = os.memfd_create("probe", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        answer = await link.scan(descriptor, len(content))
    finally:
        os.close(descriptor)
    if isinstance(answer, Clean | Found):
        return answer
    said = link.session.fault() if answer is None else str(answer)
    if link.transport == "fildes":
        raise DescriptorsRefused(said)
    raise EngineDown(f"clamd did not scan a test file: {said}")
