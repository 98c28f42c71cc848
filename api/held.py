"""Answers that take long: each has a place, and ends if nobody takes it or its key is revoked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.places import Places
from verdicts.ledger.questions import LogUnavailable

LOOK_SECONDS = 1.0
"""Between two looks if the answer may go on, while the client takes nothing."""
LOOKS = 30
"""After so many a client that has taken nothing is dropped."""
GoesOn = Callable[[], Awaitable[bool]]
log = structlog.get_logger()


class Dropped(Exception):
    """The answer is broken off: it is not whole, and the client sees that."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an answer needs to begin."""

    places: Places
    key: str
    """Prefix of whose it is."""
    what: str
    goes_on: GoesOn
    """Whether it still may."""


class HeldResponse(StreamingResponse):
    """Holds a place as long as it lasts, however it ends; RequestFailed if there is none."""

    def __init__(
        self,
        content: AsyncGenerator[bytes, None],
        place: Place,
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(content, headers=headers, media_type=media_type)
        self._content = content
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = self._place
        with place.places.taken(place.key, place.what):
            async with aclosing(self._content):
                try:
                    await super().__call__(scope, receive, patient(send, place.goes_on))
                except Dropped:
                    log.info("api.answer_dropped", key=place.key, what=place.what)


def patient(send: Send, goes_on: GoesOn) -> Send:
    """Return `send`, but it raises Dropped when the client takes nothing for too long."""

    async def send_while_taken(message: Message) -> None:
        sending = asyncio.ensure_future(send(message))
        try:
            for _ in range(LOOKS):
                if (await asyncio.wait({sending}, timeout=LOOK_SECONDS))[0]:
                    return sending.result()
                if not await still(goes_on):
                    break
            raise Dropped
        finally:
            sending.cancel()

    return send_while_taken


async def while_it_may(
    content: AsyncGenerator[bytes, None], goes_on: GoesOn
) -> AsyncGenerator[bytes, None]:
    """Yield the pieces; raise Dropped instead of one that may not be given any more."""
    async with aclosing(content):
        async for piece in content:
            if not await still(goes_on):
                raise Dropped
            yield piece


async def still(goes_on: GoesOn) -> bool:
    """Ask; while nobody can say, the answer is no."""
    try:
        return await goes_on()
    except LogUnavailable:
        return False
