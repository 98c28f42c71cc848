"""One POST to a receiver that we do not trust: pinned address, no redirect, bounded in all ways."""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Self

import httpx

from verdicts.delivery.addresses import resolve
from verdicts.delivery.sender import ReceiverAway

TIMEOUT_SECONDS = 15.0
"""Of one attempt, from the look-up of the name to the end of the answer (Standard Webhooks)."""
ANSWER_BYTES = 4096
"""Read of an answer; the connection is given up if there is more."""
AGENT = "Douane"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    """The first ANSWER_BYTES of it, as they came."""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def worth_waiting(self) -> bool:
        """It may well take the same later."""
        return self.status >= 500 or self.status in (408, 425, 429)


def trust(ca_file: str, certificate: str = "") -> ssl.SSLContext:
    """Return what TLS goes by; raise ReceiverAway if a file cannot be used."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
        if certificate:
            context.load_cert_chain(certificate)
    except OSError as error:  # SSLError is one
        raise ReceiverAway(f"{ca_file or certificate} cannot be used: {error}") from error
    return context


class Post:
    """Sends to one URL over a connection that is kept open."""

    def __init__(self, url: str, *, ca_file: str, allow_private: bool) -> None:
        self._url = httpx.URL(url)
        self._ca_file = ca_file
        self._allow_private = allow_private
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, headers: dict[str, str], body: bytes) -> Answer:
        """Return what it answers; raise ReceiverAway if it does not."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._send(headers, body)
        except TimeoutError as error:
            raise ReceiverAway(f"no answer within {TIMEOUT_SECONDS:g} s") from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:  # also of a name in Location
            raise ReceiverAway(f"{type(error).__name__}: {error}"[:200]) from error

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _send(self, headers: dict[str, str], body: bytes) -> Answer:
        host = self._url.raw_host.decode("ascii")  # as written: .host decodes xn-- (IDNA 2008),
        # and what encodes it again (IDNA 2003) may make another name of it
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        address = await resolve(host, port, allow_private=self._allow_private)
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=trust(self._ca_file),
                trust_env=False,
                follow_redirects=False,
                timeout=TIMEOUT_SECONDS,
                limits=httpx.Limits(max_connections=1),
            )
        sent = self._client.stream(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers={
                "Host": self._url.netloc.decode("ascii"),
                "User-Agent": AGENT,
                "Accept-Encoding": "identity",
                **headers,
            },
            extensions={"sni_hostname": host},  # the certificate is the name's, not the address's
        )
        async with sent as response:
            return Answer(response.status_code, await _beginning(response))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _beginning(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_raw():
        body += piece
        if len(body) >= ANSWER_BYTES:
            break
    return body[:ANSWER_BYTES]
