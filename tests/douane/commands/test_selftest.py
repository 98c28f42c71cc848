"""douane selftest on the command line."""

import json
from collections.abc import Callable, Iterator

import pytest

from douane.commands import selftest
from douane.selftest.play import Row

Douane = Callable[..., int]
GOOD = Row("squid", "eicar", 200, "stopped", ("stopped",), True, "HTTP 403\x1b[2J", 12.0)
BAD = Row("rspamd", "eicar", 204, "passed", ("stopped",), False, "no sign", 3.0)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    rows = [GOOD]

    def play(address: str, profiles: tuple[str, ...]) -> Iterator[Row]:
        assert address == "127.0.0.1:9"
        yield from (row for row in rows if not profiles or row.profile in profiles)

    monkeypatch.setattr(selftest, "play", play)
    monkeypatch.setattr(selftest, "service_address", lambda _: "127.0.0.1:9")
    return rows


def test_all_as_they_should_be(
    douane: Douane, played: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("selftest") == 0
    out = capsys.readouterr().out
    assert out.startswith("ok    squid ")
    assert "\x1b" not in out
    assert out.endswith("1 of 1 as they should be\n")


def test_one_client_would_let_it_pass(
    douane: Douane, played: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    played.append(BAD)
    assert douane("selftest") == 1
    assert "WRONG rspamd" in capsys.readouterr().out
    assert douane("selftest", "--profile", "squid") == 0


def test_json(douane: Douane, played: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("selftest", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)["data"]
    assert row["profile"] == "squid"
    assert row["ok"] is True


def test_no_service(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("selftest") == 2
    assert "start `douane serve` first" in capsys.readouterr().err
