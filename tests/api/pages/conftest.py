"""Visitors of the dashboard, signed in or not, as their browsers speak."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from verdicts.ledger.questions import Role

OURS = {"Sec-Fetch-Site": "same-origin"}
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Visit:
    """A browser without scripts: keeps cookies, follows nothing by itself."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, place: str, status: int = 200) -> str:
        answer = await self.client.get(place)
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, place: str, **form: str) -> httpx.Response:
        return await self.client.post(place, data=form, headers=OURS)

    async def send_form(self, page: str, place: str, **form: str) -> httpx.Response:
        """Send a form of a page, with the token that stands on it."""
        found = CSRF.search(await self.get(page))
        assert found
        return await self.post(place, csrf=found[1], **form)

    async def sign_in(self, key: str, next: str = "/") -> httpx.Response:
        return await self.post("/sign-in", key=key, next=next)


SignedIn = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def stranger(site: Any, ledger: None) -> AsyncIterator[Visit]:
    """Somebody who has not signed in."""
    async with site.client(None) as client:
        yield Visit(client)


@pytest.fixture
async def signed_in(site: Any, ledger: None) -> AsyncIterator[SignedIn]:
    """await signed_in(Role.ANALYST) gives a visitor; without a role a viewer."""
    async with AsyncExitStack() as open_clients:

        async def visit(role: Role = Role.VIEWER) -> Visit:
            client = await open_clients.enter_async_context(site.client(None))
            visitor = Visit(client)
            assert (await visitor.sign_in(site.keys[role])).status_code == 303
            return visitor

        yield visit


@pytest.fixture
async def visitor(signed_in: SignedIn) -> Visit:
    """A viewer."""
    return await signed_in()
