"""A key that is revoked is found out within a second, whoever asks how often."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from api import key_watch
from api.key_watch import KeyWatch
from verdicts.ledger.access import key_table
from verdicts.ledger.access.keys import list_keys, revoke_key
from verdicts.ledger.questions import LogUnavailable, Role
from verdicts.ledger.reading.queries import Reader

pytestmark = pytest.mark.usefixtures("ledger")


async def test_asked_once_a_second(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = next(key for key in list_keys(site.place) if key.role is Role.VIEWER)
    reader = Reader(site.place.url)
    watch, asked = KeyWatch(reader), []
    real = key_table.still_valid

    def counted(*arguments: Any) -> bool:
        asked.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(key_watch, "still_valid", counted)
    assert all([await watch.holds(viewer) for _ in range(100)])
    assert len(asked) == 1
    prefix = site.keys[Role.VIEWER][:11]
    await asyncio.to_thread(revoke_key, site.place, prefix, datetime.now(UTC))
    monkeypatch.setattr(key_watch, "VALID_SECONDS", 0.0)
    assert not await watch.holds(viewer)
    assert not await watch.holds(viewer)
    assert len(asked) == 3
    reader.close()


async def test_many_keys_take_no_memory(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_watch, "KEYS", 2)
    reader = Reader(site.place.url)
    watch = KeyWatch(reader)
    for key in list_keys(site.place):
        assert await watch.holds(key)
    assert len(watch._seen) <= 2
    reader.close()


async def test_log_that_cannot_be_read(site: Any) -> None:
    broken = Reader("sqlite:////nonexistent/log.sqlite")
    key, *_ = list_keys(site.place)
    with pytest.raises(LogUnavailable):
        await KeyWatch(broken).holds(key)
    broken.close()
