"""Sessions: tokens nobody can guess, ended by their key, and the use of them noted now and then."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import Request

from api import sessions
from api.problems import RequestFailed
from api.services import Services
from api.sessions import Visitor, end_session, find_visitor, note_use, start_session, use_is_due
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.access.keys import create_key, list_keys, revoke_key
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.access.sessions import find_session
from verdicts.ledger.questions import Role

REQUEST = Request({"type": "http", "client": ("192.0.2.1", 1), "headers": []})


@pytest.fixture
def services(site: Any, ledger: None) -> Services:
    found: Services = site.app.state.services
    return found


def key_of(site: Any, role: Role) -> ApiKey:
    return next(key for key in list_keys(site.place) if key.role is role)


async def test_found_by_its_token_alone(site: Any, services: Services) -> None:
    key = await asyncio.to_thread(key_of, site, Role.ANALYST)
    token = await start_session(services, REQUEST, key, None)
    visitor = find_visitor(services, token)
    assert visitor == Visitor(key, token)
    assert find_visitor(services, token[:-1] + "!") is None
    assert find_visitor(services, "") is None
    assert find_visitor(services, "x" * 10_000) is None


async def test_two_tokens_have_nothing_in_common(site: Any, services: Services) -> None:
    key = await asyncio.to_thread(key_of, site, Role.VIEWER)
    one, other = [await start_session(services, REQUEST, key, None) for _ in range(2)]
    assert one != other
    assert Visitor(key, one).csrf != Visitor(key, other).csrf


async def test_ends_with_its_key_and_by_signing_out(site: Any, services: Services) -> None:
    key = await asyncio.to_thread(key_of, site, Role.VIEWER)
    tokens = [await start_session(services, REQUEST, key, None) for _ in range(2)]
    await end_session(services, REQUEST, Visitor(key, tokens[0]))
    assert find_visitor(services, tokens[0]) is None
    assert find_visitor(services, tokens[1]) is not None
    await asyncio.to_thread(revoke_key, site.place, key.prefix, datetime.now(UTC))
    assert find_visitor(services, tokens[1]) is None


async def test_limited_keys_do_not_sign_in(site: Any, services: Services) -> None:
    def limited() -> ApiKey:
        create_key(site.place, "siem", Role.ADMIN, datetime.now(UTC), scopes=(Scope.STATS,))
        return next(key for key in list_keys(site.place) if key.name == "siem")

    key = await asyncio.to_thread(limited)
    with pytest.raises(RequestFailed, match="limited to stats"):
        await start_session(services, REQUEST, key, None)


async def test_use_is_noted_about_once_a_minute(
    site: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await asyncio.to_thread(key_of, site, Role.VIEWER)
    visitor = Visitor(key, await start_session(services, REQUEST, key, None))
    assert use_is_due(services, visitor)
    assert not use_is_due(services, visitor)
    monkeypatch.setattr(sessions, "SEEN_NOTED_SECONDS", 0)
    assert use_is_due(services, visitor)

    def seen() -> int:
        with services.reader.connect() as connection:
            session = find_session(connection, visitor.token)
        assert session
        return session.seen

    before = seen()
    await asyncio.to_thread(note_use, services, visitor)
    assert seen() > before


async def test_nobody_is_kept_out_while_use_cannot_be_noted(site: Any) -> None:
    """No ledger runs here."""
    services: Services = site.app.state.services
    visitor = Visitor(key_of(site, Role.VIEWER), "x" * 43)
    assert use_is_due(services, visitor)
    note_use(services, visitor)
    assert use_is_due(services, visitor), "to be tried again"


def test_forms_are_of_one_session(site: Any) -> None:
    key = key_of(site, Role.VIEWER)
    one, other = Visitor(key, "a" * 43), Visitor(key, "b" * 43)
    assert one.sent_form(one.csrf)
    assert not one.sent_form(other.csrf)
    assert not one.sent_form("")
    assert not one.sent_form("\u202e")
