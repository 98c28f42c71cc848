"""10,000 requests to Douane and to pyicap: every difference is explained, and every row is used."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from bench.servers.douane import Douane, Value
from bench.servers.pyicap_peer import pyicap
from tests.differential.differences import ROWS, Row, explanation
from tests.differential.oddities import NEEDS_BODY, ODDITIES
from tests.differential.players import Delivered, Outcome, play_all
from tests.differential.requests import Case, make_case

REQUESTS = 10_000


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [make_case(number, ODDITIES, NEEDS_BODY) for number in range(REQUESTS)]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    folder = tmp_path_factory.mktemp("differential")
    settings: dict[str, dict[str, Value]] = {
        "icap": {"echo": True, "fronts": 1},
        "clamav": {"socket": "off"},
    }
    with Douane(folder, settings) as douane, pyicap(folder) as peer:
        yield douane.icap_port, peer


@pytest.mark.server
def test_every_difference_is_explained(cases: list[Case], ports: tuple[int, int]) -> None:
    ours, theirs = (asyncio.run(play_all(port, cases)) for port in ports)
    used: Counter[Row] = Counter()
    unexplained = []
    for number, case in enumerate(cases):
        if ours[number] != theirs[number]:
            row = explanation(case, ours[number], theirs[number])
            if row is None:
                unexplained.append((number, sorted(case.traits), ours[number], theirs[number]))
            else:
                used[row] += 1
    assert unexplained == []
    assert set(used) == set(ROWS), "a row that explains nothing"
    assert used.total() < REQUESTS / 2


@pytest.mark.server
def test_what_is_plain_is_served(cases: list[Case], ports: tuple[int, int]) -> None:
    plain = [case for case in cases if "plain" in case.traits][:500]
    served = {Outcome(2, Delivered.SAME, kept=True)}
    assert set(asyncio.run(play_all(ports[0], plain))) == served


def test_requests_come_out_the_same_again(cases: list[Case]) -> None:
    again = [make_case(number, ODDITIES, NEEDS_BODY) for number in range(100)]
    assert again == cases[:100]
    assert len({case.wire for case in cases}) > REQUESTS / 2


def test_each_oddity_is_shown_and_has_one_row_at_most(cases: list[Case]) -> None:
    shown = Counter(trait for case in cases for trait in case.traits)
    assert min(shown[oddity] for oddity in ODDITIES) >= 20
    rows = Counter(row.oddity for row in ROWS)
    assert set(rows) <= {*ODDITIES, "plain"}
    assert max(rows.values()) == 1
