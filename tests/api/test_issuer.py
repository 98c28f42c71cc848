"""Keys of an issuer: asked for seldom, kept while it is away, and never from elsewhere."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, RSAAlgorithm

from api import issuer as module
from api.issuer import WELL_KNOWN, Issuer, IssuerAway, usable_keys
from bench.servers.oidc_issuer import OidcIssuer


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[OidcIssuer]:
    made = OidcIssuer()
    made.add_key("one")
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(server: OidcIssuer, clock: Clock) -> Issuer:
    return Issuer(server.url, clock=clock)


async def test_asked_once(server: OidcIssuer, issuer: Issuer) -> None:
    found = await asyncio.gather(*(issuer.key("one") for _ in range(20)))
    assert all(found)
    assert len(server.asked) == 2


async def test_a_new_key_is_found_at_once(server: OidcIssuer, issuer: Issuer, clock: Clock) -> None:
    assert await issuer.key("one")
    server.add_key("two")
    server.forget_key("one")
    clock.now += 61
    assert await issuer.key("two")
    assert await issuer.key("one") is None


async def test_a_flood_of_unknown_ids_asks_once_a_minute(
    server: OidcIssuer, issuer: Issuer, clock: Clock
) -> None:
    for number in range(300):
        assert await issuer.key(f"unknown {number}") is None
    assert len(server.asked) == 2
    clock.now += 61
    for number in range(300):
        assert await issuer.key(f"unknown {number}") is None
    assert len(server.asked) == 4


async def settled(issuer: Issuer) -> None:
    if issuer._refreshing:
        await issuer._refreshing


async def test_away_for_an_hour_and_no_longer(
    server: OidcIssuer, issuer: Issuer, clock: Clock
) -> None:
    assert await issuer.key("one")
    server.answers["/realms/soc/keys"] = (500, {}, b"")
    for _ in range(59):
        clock.now += 60
        assert await issuer.key("one")
        await settled(issuer)
    clock.now += 61
    with pytest.raises(IssuerAway):
        await issuer.key("one")
    del server.answers["/realms/soc/keys"]
    clock.now += 61
    assert await issuer.key("one")


async def test_refreshed_in_the_background(
    server: OidcIssuer, issuer: Issuer, clock: Clock
) -> None:
    assert await issuer.key("one")
    clock.now += 601
    assert await issuer.key("one")
    await settled(issuer)
    assert len(server.asked) == 4


async def test_nobody_there(server: OidcIssuer, clock: Clock) -> None:
    server.close()
    issuer = Issuer(server.url, clock=clock)
    with pytest.raises(IssuerAway):
        await issuer.key("one")


DISCOVERY = f"/realms/soc{WELL_KNOWN}"


@pytest.mark.parametrize(
    "path, status, headers, body",
    [
        (DISCOVERY, 302, {"Location": "/elsewhere"}, ""),
        (DISCOVERY, 200, {}, "no JSON"),
        (DISCOVERY, 200, {}, "[]"),
        (DISCOVERY, 200, {}, "[" * 100_000),
        (DISCOVERY, 200, {}, '{"issuer": "https://other.example", "jwks_uri": "URL/keys"}'),
        (DISCOVERY, 200, {}, '{"issuer": "URL", "jwks_uri": "http://192.0.2.1/keys"}'),
        (DISCOVERY, 200, {}, '{"issuer": "URL", "jwks_uri": "file:///etc/passwd"}'),
        (DISCOVERY, 200, {}, '{"issuer": "URL", "jwks_uri": 7}'),
        ("/realms/soc/keys", 200, {}, '{"keys": []}'),
        ("/realms/soc/keys", 200, {}, '{"keys": {"kid": "one"}}'),
        ("/realms/soc/keys", 200, {}, " " * (module.DOCUMENT_BYTES + 1)),
        ("/realms/soc/keys", 307, {"Location": "http://127.0.0.1/keys"}, ""),
    ],
)
async def test_what_is_not_taken(
    server: OidcIssuer,
    issuer: Issuer,
    path: str,
    status: int,
    *,
    headers: dict[str, str],
    body: str,
) -> None:
    server.answers[path] = (status, headers, body.replace("URL", server.url).encode())
    with pytest.raises(IssuerAway):
        await issuer.key("one")
    assert "/elsewhere" not in server.asked


async def test_an_issuer_that_hangs(
    issuer: Issuer, server: OidcIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    waits = asyncio.Event()

    async def hang(*_: object) -> dict[str, object]:
        await waits.wait()
        return {}

    monkeypatch.setattr(module, "_document", hang)
    with pytest.raises(IssuerAway):
        await issuer.key("one")


def jwk(made: Any, **changed: object) -> dict[str, object]:
    kind = ECAlgorithm if isinstance(made, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    return {**kind.to_jwk(made.public_key(), as_dict=True), "kid": "x", **changed}


def test_usable_keys() -> None:
    p256, p384 = (ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1))
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    secret = json.loads(HMACAlgorithm.to_jwk(b"x" * 32))
    assert usable_keys([jwk(p256)]).keys() == {"x"}
    bad = [
        jwk(p384),
        jwk(weak),
        jwk(p256, use="enc"),
        jwk(p256, kid=7),
        jwk(p256, alg="HS256"),
        jwk(p256, x="AAAA"),
        {**secret, "kid": "x"},
        {"kid": "x", "kty": "RSA"},
        {"kid": "x"},
        "x",
        None,
    ]
    for one in bad:
        assert usable_keys([one]) == {}, one
    assert usable_keys([*bad, jwk(p256)]).keys() == {"x"}
    assert usable_keys(None) == {}
    many = [jwk(p256, kid=str(number)) for number in range(module.KEYS + 9)]
    assert len(usable_keys(many)) == module.KEYS
