"""How many requests a key may send, by a clock that the test moves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import rate_limit
from api.problems import RequestFailed
from api.rate_limit import OWNERS, WRONG_KEYS, Buckets, RateLimits
from api.settings import ApiSettings
from verdicts.ledger.questions import Role


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_all_at_once_then_evenly() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)
    assert [buckets.take("ann").remaining for _ in range(60)] == list(range(59, -1, -1))
    refused = buckets.take("ann")
    assert (refused.wait, refused.remaining, refused.reset) == (1, 0, 60)
    assert buckets.take("bob").wait == 0
    clock.now += 1
    assert buckets.take("ann").wait == 0
    assert buckets.take("ann").wait == 1
    clock.now += 60
    assert buckets.take("ann").remaining == 59


def test_refused_requests_are_not_counted() -> None:
    clock = Clock()
    buckets = Buckets(2, clock)
    waits = [buckets.take("ann").wait for _ in range(100)]
    assert waits == [0, 0, *[30] * 98]
    clock.now += 30
    assert buckets.take("ann").wait == 0


@given(
    limit=st.integers(1, 100),
    gaps=st.lists(st.floats(0, 120, allow_nan=False), min_size=1, max_size=400),
)
def test_no_window_has_more_than_twice_the_limit(limit: int, gaps: list[float]) -> None:
    """A full bucket, and what flows into it meanwhile."""
    clock = Clock()
    buckets = Buckets(limit, clock)
    let_through = []
    for gap in gaps:
        clock.now += gap
        quota = buckets.take("ann")
        assert 0 <= quota.remaining < limit
        assert 0 <= quota.reset <= 61
        if quota.wait == 0:
            let_through.append(clock.now)
    for start in let_through:
        assert sum(start <= one < start + 60 for one in let_through) <= 2 * limit


@given(limit=st.integers(1, 1000))
def test_whoever_waits_is_let_through(limit: int) -> None:
    clock = Clock()
    buckets = Buckets(limit, clock)
    for _ in range(limit):
        assert buckets.take("ann").wait == 0
    clock.now += buckets.take("ann").wait
    assert buckets.take("ann").wait == 0


def test_memory_is_bounded() -> None:
    clock = Clock()
    buckets = Buckets(1, clock)
    for number in range(OWNERS + 10):
        buckets.take(str(number))
    assert len(buckets._due) == OWNERS
    limits = RateLimits(1, clock)
    for number in range(OWNERS + 10):
        limits.after_lookup("192.0.2.1", str(number), right=True)
    assert len(limits._right) == OWNERS


def test_headers() -> None:
    clock = Clock()
    limits = RateLimits(2, clock)
    assert limits.take("ann") == {
        "RateLimit-Policy": '"default";q=2;w=60',
        "RateLimit": '"default";r=1;t=30',
    }
    limits.take("ann")
    with pytest.raises(RequestFailed) as failed:
        limits.take("ann")
    assert failed.value.status == 429
    assert failed.value.headers == {
        "Retry-After": "30",
        "RateLimit-Policy": '"default";q=2;w=60',
        "RateLimit": '"default";r=0;t=60',
    }


def test_no_limit() -> None:
    limits = RateLimits(0)
    assert [limits.take("ann") for _ in range(5000)] == [{}] * 5000


def test_flood_of_wrong_keys_keeps_out_strangers_only() -> None:
    clock = Clock()
    limits = RateLimits(1, clock)
    limits.after_lookup("192.0.2.1", "right", right=True)
    for number in range(WRONG_KEYS):
        limits.before_lookup("192.0.2.1", f"wrong{number}")
        limits.after_lookup("192.0.2.1", f"wrong{number}", right=False)
    with pytest.raises(RequestFailed) as failed:
        limits.before_lookup("192.0.2.1", "new")
    assert (failed.value.status, failed.value.headers) == (429, {"Retry-After": "5"})
    limits.before_lookup("192.0.2.1", "right")
    limits.before_lookup("192.0.2.2", "new")
    limits.after_lookup("192.0.2.1", "right", right=False)  # revoked
    with pytest.raises(RequestFailed):
        limits.before_lookup("192.0.2.1", "right")
    clock.now += 120
    limits.before_lookup("192.0.2.1", "new")


@pytest.mark.parametrize(
    "address, network",
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert rate_limit.network_of(address) == network


@pytest.fixture
def settings() -> ApiSettings:
    return ApiSettings(requests_a_minute=3)


async def test_every_answer_to_a_key_says_what_is_left(site: Any) -> None:
    async with site.client(Role.VIEWER) as viewer, site.client(None) as stranger:
        for path, status, left in (
            ("/v1/verdicts", 200, 2),
            ("/v1/verdicts?limit=0", 422, 1),
            ("/v1/audit", 403, 0),
            ("/v1/verdicts", 429, 0),
        ):
            answer = await viewer.get(path)
            assert answer.status_code == status
            assert answer.headers["ratelimit-policy"] == '"default";q=3;w=60'
            assert answer.headers["ratelimit"].startswith(f'"default";r={left};t=')
        assert answer.json()["type"] == "/docs#problem-too-many-requests"
        assert 1 <= int(answer.headers["retry-after"]) <= 20
        assert "ratelimit" not in (await stranger.get("/v1/verdicts")).headers
    async with site.client(Role.ADMIN) as other:
        assert (await other.get("/v1/verdicts")).status_code == 200
