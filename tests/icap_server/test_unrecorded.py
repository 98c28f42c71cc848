"""`[database] unrecorded = "refuse"`: what cannot be recorded does not pass."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.front import Front
from verdicts.ledger.pending import Unrecorded

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch, scene: "Scene") -> "Scene":
    monkeypatch.setattr(scene.front._office, "refuses", lambda: True)
    return scene


@pytest.mark.parametrize("body", [b"content", None])
async def test_nothing_begins(refusing: "Scene", question: "Ask", body: bytes | None) -> None:
    refusing.session.data_received(question(body, "Allow: 204").wire)
    await refusing.turn()
    assert refusing.statuses() == [503]
    assert refusing.front.refused == {"unrecorded": 1}


async def test_options_are_answered(refusing: "Scene") -> None:
    options = b"OPTIONS icap://h/respmod ICAP/1.0\r\nHost: h\r\n\r\n"
    refusing.session.data_received(options)
    assert refusing.statuses() == [200]


async def test_what_has_begun_is_refused_as_well(
    scene: "Scene",
    inspection: "ScriptedInspection",
    question: "Ask",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def record(record: object, *, durable: bool) -> None:
        raise Unrecorded

    monkeypatch.setattr(inspection._ledger, "record", record)
    monkeypatch.setattr(inspection._ledger, "record_now", lambda record: False)
    scene.session.data_received(question(b"content", "Allow: 204").wire)
    await scene.turn(50)
    assert scene.statuses() == [503]


async def test_by_default_everything_goes_on(make_front: Callable[..., Front]) -> None:
    assert not make_front()._office.refuses()
