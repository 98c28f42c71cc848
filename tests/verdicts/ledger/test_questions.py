"""Questions over the socket, and what happens when nobody answers."""

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.frames import Kind, pack
from verdicts.ledger.questions import (
    Done,
    KeyUsed,
    LedgerAway,
    LedgerFailed,
    RevokeKey,
    Role,
    StoreKey,
    ask_change,
    ask_metrics,
    ask_state,
    decode_question,
    encode_answer,
)
from verdicts.model import VerdictRecord

MakeRecord = Callable[..., VerdictRecord]
KEY = StoreKey("ab" * 32, "dk_abcdefgh", "soc", Role.VIEWER, 1, None)


@pytest.mark.usefixtures("ledger")
async def test_state_and_metrics(place: Path) -> None:
    state = await asyncio.to_thread(ask_state, place)
    assert (state.database_writable, state.failures, state.queued, state.fronts) == (True, 0, 0, ())
    assert "douane_ledger_database_up 1.0" in await asyncio.to_thread(ask_metrics, place)


@pytest.mark.usefixtures("ledger")
async def test_key_changes_say_whether_they_changed_something(place: Path) -> None:
    changes = (KEY, KEY, KeyUsed(KEY.prefix, 5), RevokeKey(KEY.prefix, 6), RevokeKey(KEY.prefix, 7))
    done = [await asyncio.to_thread(ask_change, place, change) for change in changes]
    assert done == [True, False, True, True, False]


def test_no_ledger(place: Path) -> None:
    with pytest.raises(LedgerAway):
        ask_state(place)


@pytest.mark.parametrize(
    "reply, error",
    [
        (b"", LedgerAway),
        (b"\xff" * 9, LedgerAway),
        (pack(Kind.STATUS, b"{}"), LedgerAway),
        (pack(Kind.ANSWER, b""), LedgerFailed),
    ],
)
def test_replies_that_are_no_answer(place: Path, reply: bytes, error: type[Exception]) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen(1)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(error):
            ask_metrics(place)
        thread.join()


@given(st.binary(max_size=60) | st.sampled_from([b'{"ask":"all"}', b'{"ask":"metrics","x":1,}']))
def test_nonsense_is_no_question(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode_question(data)


def test_roles_are_ordered() -> None:
    allowed = [(one.value, needed.value) for one in Role for needed in Role if one.may(needed)]
    assert allowed == [
        ("viewer", "viewer"),
        ("analyst", "viewer"),
        ("analyst", "analyst"),
        ("admin", "viewer"),
        ("admin", "analyst"),
        ("admin", "admin"),
    ]


def test_answer_is_json() -> None:
    assert encode_answer(Done(True)) == b'{"done":true}'
