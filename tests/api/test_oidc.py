"""Tokens against a real issuer on loopback: good ones, and every forgery that is known."""

import base64
import dataclasses
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from api.issuer import Issuer
from api.oidc import BadToken, NoRole, TokenCheck, looks_like_token
from api.oidc_settings import OidcSettings
from bench.servers.oidc_issuer import AUDIENCE, OidcIssuer
from verdicts.ledger.questions import Role

SETTINGS: dict[str, Any] = {
    "audience": AUDIENCE,
    "viewer_roles": ("soc-viewer",),
    "analyst_roles": ("soc-analyst",),
    "admin_roles": ("soc-admin", "root"),
}


@pytest.fixture(scope="module")
def issuer() -> Any:
    made = OidcIssuer()
    for kid, algorithm in (("one", "ES256"), ("rsa", "RS256"), ("ed", "EdDSA")):
        made.add_key(kid, algorithm)
    yield made
    made.close()


@pytest.fixture
def check(issuer: OidcIssuer) -> TokenCheck:
    return TokenCheck(OidcSettings(issuer=issuer.url, **SETTINGS), Issuer(issuer.url))


@pytest.mark.parametrize("kid", ["one", "rsa", "ed"])
async def test_every_algorithm(issuer: OidcIssuer, check: TokenCheck, kid: str) -> None:
    who = await check.identity(issuer.token(kid))
    assert (who.prefix, who.name, who.role) == ("oidc:ann", "ann", Role.ANALYST)
    assert who.scopes == ()
    now = int(time.time()) * 1_000_000
    assert who.valid(now)
    assert who.expires is not None
    assert 0 < who.expires - now <= 361 * 1_000_000


@pytest.mark.parametrize(
    "claims, role",
    [
        ({"roles": ["soc-viewer"]}, Role.VIEWER),
        ({"roles": ["soc-viewer", "root", "soc-analyst"]}, Role.ADMIN),
        ({"roles": "soc-admin"}, Role.ADMIN),
        ({"roles": ["Soc-Admin"]}, None),
        ({"roles": "soc-admin soc-viewer"}, None),
        ({"roles": [["soc-admin"], {"soc-admin": 1}, None, 7]}, None),
        ({"roles": {"soc-admin": True}}, None),
        ({"roles": []}, None),
        ({"roles": None}, None),
    ],
)
async def test_roles(
    issuer: OidcIssuer, check: TokenCheck, claims: dict[str, Any], role: Role | None
) -> None:
    token = issuer.token(**claims)
    if role is None:
        with pytest.raises(NoRole):
            await check.identity(token)
    else:
        assert (await check.identity(token)).role is role


@pytest.mark.parametrize(
    "claim, claims",
    [
        ("realm_access.roles", {"realm_access": {"roles": ["soc-admin"]}}),
        ("https://soc.example/roles", {"https://soc.example/roles": ["soc-admin"]}),
        ("a.b", {"a.b": "soc-admin", "a": {"b": "soc-viewer"}}),
    ],
)
async def test_where_roles_are(issuer: OidcIssuer, claim: str, claims: dict[str, Any]) -> None:
    settings = OidcSettings(issuer=issuer.url, role_claim=claim, **SETTINGS)
    check = TokenCheck(settings, Issuer(issuer.url))
    assert (await check.identity(issuer.token(**claims))).role is Role.ADMIN


@pytest.mark.parametrize(
    "claims, name",
    [
        ({"preferred_username": "Ann"}, "Ann"),
        ({}, "ann"),
        ({"preferred_username": ["x"]}, "ann"),
        ({"preferred_username": "\x1b[2J"}, "ann"),
        ({"preferred_username": "x" * 999}, "ann"),
    ],
)
async def test_names(issuer: OidcIssuer, claims: dict[str, Any], name: str) -> None:
    settings = OidcSettings(issuer=issuer.url, name_claim="preferred_username", **SETTINGS)
    who = await TokenCheck(settings, Issuer(issuer.url)).identity(issuer.token(**claims))
    assert (who.name, who.prefix) == (name, "oidc:ann")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": None},
        {"iss": "http://127.0.0.1/other"},
        {"iss": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
        {"sub": "a\nb"},
        {"sub": "a\x00"},
    ],
    ids=str,
)
async def test_claims_that_are_not_right(
    issuer: OidcIssuer, check: TokenCheck, claims: dict[str, Any]
) -> None:
    with pytest.raises(BadToken):
        await check.identity(issuer.token(**claims))


@pytest.mark.parametrize("claim, seconds", [("exp", -120), ("iat", 600), ("nbf", 600)])
async def test_times_that_are_not_right(
    issuer: OidcIssuer, check: TokenCheck, claim: str, seconds: int
) -> None:
    claims: dict[str, Any] = {claim: int(time.time()) + seconds}
    with pytest.raises(BadToken):
        await check.identity(issuer.token(**claims))


async def test_the_clock_may_be_off_a_little(issuer: OidcIssuer, check: TokenCheck) -> None:
    now = int(time.time())
    assert await check.identity(issuer.token(exp=now - 30))
    assert await check.identity(issuer.token(iat=now + 30, nbf=now + 30))


def unsigned(header: dict[str, object], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


async def test_forgeries(issuer: OidcIssuer, check: TokenCheck) -> None:
    good = issuer.token("rsa")
    head, body, signature = good.split(".")
    claims = issuer.claims(roles=["soc-admin"])
    public = issuer.keys["rsa"][1].public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signing = unsigned({"alg": "HS256", "kid": "rsa"}, claims).rpartition(".")[0]
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    shared = base64.urlsafe_b64encode(mac.sign(signing.encode(), pem)).rstrip(b"=").decode()
    other = OidcIssuer()
    other.add_key("rsa", "RS256")
    other.close()
    stranger = jwt.encode(claims, other.keys["rsa"][1], "RS256", headers={"kid": "rsa"})
    own = other.listed[0]
    carried = jwt.encode(claims, other.keys["rsa"][1], "RS256", headers={"kid": "rsa", "jwk": own})
    forged = {
        "none": unsigned({"alg": "none", "kid": "rsa"}, claims),
        "None": unsigned({"alg": "None", "kid": "rsa"}, claims),
        "no alg": unsigned({"kid": "rsa"}, claims),
        "public key as secret": f"{signing}.{shared}",
        "key of a stranger": stranger,
        "key in the token": carried,
        "key by address": jwt.encode(
            claims, other.keys["rsa"][1], "RS256", headers={"kid": "rsa", "jku": other.url}
        ),
        "other algorithm": issuer.token("rsa", {"kid": "one"}),
        "no kid": unsigned({"alg": "RS256"}, claims, b"x"),
        "kid of another type": unsigned({"alg": "RS256", "kid": ["rsa"]}, claims, b"x"),
        "kid as path": unsigned({"alg": "RS256", "kid": "../../dev/null"}, claims, b""),
        "kid as query": unsigned({"alg": "RS256", "kid": "' OR 1=1 --"}, claims, b""),
        "no signature": f"{head}.{body}.",
        "cut signature": f"{head}.{body}.{signature[:-4]}",
        "other body": f"{head}.{unsigned({}, claims).split('.')[1]}.{signature}",
        "critical": issuer.token("rsa", {"crit": ["douane"], "douane": True}),
        "huge": "x" * 20_000 + ".y.z",
        "deep": unsigned({"alg": "RS256", "kid": "rsa"}, {}, b"x").replace(
            ".", "." + "W1s" * 3000, 1
        ),
        "empty": "..",
        "not base64": "a.b.c",
        "not ASCII": "ä.ö.ü",
    }
    for name, token in forged.items():
        with pytest.raises(BadToken):
            print(name, (await check.identity(token)).role)  # noqa: T201
    assert (await check.identity(good)).role is Role.ANALYST


def test_a_key_is_no_token() -> None:
    assert not looks_like_token("dk_" + "x" * 43)
    assert looks_like_token("a.b.c")


@pytest.fixture
async def client(site: Any, issuer: OidcIssuer) -> AsyncIterator[Any]:
    site.app.state.services = _with_tokens(site, issuer)
    async with site.client(None) as made:
        yield made


def _with_tokens(site: Any, issuer: OidcIssuer) -> Any:
    settings = OidcSettings(issuer=issuer.url, **SETTINGS)
    return dataclasses.replace(
        site.app.state.services, tokens=TokenCheck(settings, Issuer(issuer.url))
    )


async def get(client: Any, token: str, path: str = "/v1/verdicts") -> int:
    answer = await client.get(path, headers={"Authorization": f"Bearer {token}"})
    return int(answer.status_code)


async def test_over_the_api(client: Any, issuer: OidcIssuer, site: Any) -> None:
    assert await get(client, issuer.token()) == 200
    assert await get(client, issuer.token(), "/v1/keys") == 403
    assert await get(client, issuer.token(roles=["soc-admin"]), "/v1/keys") == 200
    assert await get(client, issuer.token(roles=[])) == 403
    assert await get(client, issuer.token(aud="x")) == 401
    assert await get(client, site.keys[Role.VIEWER]) == 200


@pytest.mark.usefixtures("ledger")
async def test_the_audit_names_the_subject(client: Any, issuer: OidcIssuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token(roles=['root'])}"}
    made = await client.post("/v1/keys", json={"name": "x"}, headers=headers)
    assert made.status_code == 201
    (row,) = (await client.get("/v1/audit?action=key.created", headers=headers)).json()["data"][:1]
    assert (row["actor"], row["credential"], row["about"]) == (
        "ann",
        "oidc:ann",
        made.json()["prefix"],
    )


async def test_a_stream_ends_with_its_token(client: Any, issuer: OidcIssuer) -> None:
    token = issuer.token(exp=int(time.time()) - 57)  # three seconds are left, with the skew
    answer = await client.get("/v1/events", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.text.startswith("retry: ")
    assert await get(client, token) == 401
