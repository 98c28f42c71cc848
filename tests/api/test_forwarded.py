"""Who is behind a proxy: said by ours alone, and never anything but an address."""

from typing import Any

import httpx
import pytest

from api.forwarded import HOPS, client_address
from api.settings import ApiSettings
from verdicts.addresses import parse_networks

PROXIES = parse_networks(["127.0.0.1", "192.0.2.0/28", "2001:db8::/64"])
LONG = "A" * 60_000


@pytest.mark.parametrize(
    "peer, values, client",
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.7, 192.0.2.3"], "198.51.100.7"),
        ("2001:db8::1", ["2001:DB8:1::7"], "2001:db8:1::7"),
        ("::ffff:127.0.0.1", ["[2001:db8:1::7]"], "2001:db8:1::7"),
        ("192.0.2.3", ["203.0.113.9, no address at all"], "192.0.2.3"),
        ("192.0.2.3", ["203.0.113.9,"], "192.0.2.3"),
        ("192.0.2.3", [LONG], "192.0.2.3"),
        ("192.0.2.3", ["198.51.100.7" + " " * 60_000 + "x"], "192.0.2.3"),
        ("192.0.2.3", ["127.0.0.1, 192.0.2.4"], "192.0.2.3"),
        ("192.0.2.3", ["198.51.100.7" + ",127.0.0.1" * HOPS], "192.0.2.3"),
        ("198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_who_it_is(peer: str, values: list[str], client: str) -> None:
    assert client_address(peer, values, PROXIES) == client


async def seen(client: httpx.AsyncClient, forwarded: str) -> str:
    """Return the address from which the audit says that a key was made."""
    headers = {"X-Forwarded-For": forwarded}
    assert (await client.post("/v1/keys", json={"name": "x"}, headers=headers)).status_code == 201
    (row,) = (await client.get("/v1/audit?action=key.created&limit=1")).json()["data"]
    return str(row["address"])


@pytest.mark.usefixtures("ledger")
async def test_nobody_is_believed_by_default(client: httpx.AsyncClient) -> None:
    assert await seen(client, "203.0.113.9") == "127.0.0.1"


class TestBehindProxy:
    @pytest.fixture
    def settings(self) -> ApiSettings:
        return ApiSettings(trusted_proxies=("127.0.0.1",))

    @pytest.mark.usefixtures("ledger")
    async def test_the_audit_names_the_client(self, client: httpx.AsyncClient) -> None:
        assert await seen(client, "192.0.2.99, 203.0.113.9") == "203.0.113.9"
        assert await seen(client, "203.0.113.9, no address at all") == "127.0.0.1"

    async def test_wrong_keys_are_counted_by_client(
        self, site: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.access.delay_after", lambda _: 0.0)
        headers = {"Authorization": "Bearer dk_wrong", "X-Forwarded-For": "203.0.113.9"}
        async with site.client(None) as stranger:
            for _ in range(70):
                answer = await stranger.get("/v1/verdicts", headers=headers)
            assert answer.status_code == 429
            headers["X-Forwarded-For"] = "198.51.100.7"
            assert (await stranger.get("/v1/verdicts", headers=headers)).status_code == 401
