"""Keys that were right: good for metrics while the database is away, and for nothing else."""

from typing import Any

import pytest

from api import access, known_keys
from api.known_keys import KnownKeys
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.access.keys import list_keys
from verdicts.ledger.questions import LogUnavailable, Role


@pytest.fixture
def key(site: Any) -> ApiKey:
    found: ApiKey = list_keys(site.place)[0]
    return found


def test_known_until_the_database_says_otherwise(key: ApiKey) -> None:
    known = KnownKeys()
    assert known.recall("dk_one") is None
    known.note("dk_one", key)
    assert known.recall("dk_one") == key
    assert known.recall("dk_on\ud800") is None
    known.note("dk_one", None)
    assert known.recall("dk_one") is None


def test_a_day_at_most_and_not_too_many(key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownKeys()
    monkeypatch.setattr(known_keys, "KEYS", 2)
    for name in ("a", "b", "c"):
        known.note(name, key)
    assert [known.recall(name) for name in ("a", "b", "c")] == [None, None, key]
    monkeypatch.setattr(known_keys, "KNOWN_SECONDS", 0)
    assert known.recall("c") is None


@pytest.mark.usefixtures("ledger")
async def test_metrics_while_the_database_is_away(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Authorization": f"Bearer {site.keys[Role.VIEWER]}"}

    def away(*_: object) -> None:
        raise LogUnavailable

    async with site.client(None) as client:
        assert (await client.get("/metrics", headers=headers)).status_code == 200
        monkeypatch.setattr(access, "_find", away)
        assert (await client.get("/metrics", headers=headers)).status_code == 200
        assert (await client.get("/v1/rules", headers=headers)).status_code == 503
        other = {"Authorization": f"Bearer {site.keys[Role.ADMIN]}"}
        assert (await client.get("/metrics", headers=other)).status_code == 503
