"""An order says what may be said, and its sender hears what became of it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.rules.records import Problem
from verdicts.ledger.access.audit_changes import CONTENT_BYTES, audit_row
from verdicts.rulesets.orders import (
    MAX_LINE,
    MAX_REPLY,
    MAX_TEXT,
    SOCKET,
    NoSupervisor,
    Order,
    OrderRefused,
    ask,
    read_order,
)

WRONG = Problem("yara/a.yar", 1, "A", "it is broken", "mend it")
ORDER = Order("activate", "alice", "abcd", note="why")
ROW = audit_row(1, "alice", "policy.replaced", "policy.toml", after={"policy": '"' * 9000})
Answer = Callable[[bytes], None]


@pytest.fixture
def supervisor(run_directory: Path) -> Iterator[Answer]:
    """supervisor(bytes) answers one order with these bytes and hangs up."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(run_directory / SOCKET))
    listener.listen()
    threads = []

    def serve(data: bytes) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as file:
            read_order(file.readline())
            try:
                connection.sendall(data)
            except OSError:  # the client may have heard enough
                return

    def answer(data: bytes) -> None:
        threads.append(threading.Thread(target=serve, args=(data,)))
        threads[-1].start()

    yield answer
    for thread in threads:
        thread.join(10)
    listener.close()


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_progress_and_the_end(run_directory: Path, supervisor: Answer) -> None:
    supervisor(lines({"say": "one"}, {"say": "two"}, {"done": {"id": "x"}}))
    said: list[str] = []
    assert ask(run_directory, ORDER, said.append) == {"id": "x"}
    assert said == ["one", "two"]


def test_a_refusal_has_its_problems(run_directory: Path, supervisor: Answer) -> None:
    supervisor(lines({"refused": "no", "problems": [asdict(WRONG)]}))
    with pytest.raises(OrderRefused, match="no") as caught:
        ask(run_directory, ORDER, print)
    assert caught.value.problems == (WRONG,)


@pytest.mark.parametrize(
    "answer",
    [b"", b"{", b"[]\n", b"7\n", b"{}\n", lines({"refused": "x"}), b"x" * (MAX_REPLY + 65536)],
)
def test_who_answers_nonsense_went_away(
    run_directory: Path, supervisor: Answer, answer: bytes
) -> None:
    supervisor(answer)
    with pytest.raises(NoSupervisor, match="the service went away before it was done"):
        ask(run_directory, ORDER, print)


def test_nobody_there(run_directory: Path) -> None:
    with pytest.raises(NoSupervisor, match="is `douane serve` running"):
        ask(run_directory, ORDER, print)


def test_silence_has_an_end(run_directory: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(run_directory / SOCKET))
        listener.listen()
        with pytest.raises(NoSupervisor, match="timed out"):
            ask(run_directory, ORDER, print, silence=0.05)


def test_an_order_with_the_largest_row_fits() -> None:
    """What people write may double as JSON within JSON, or be twelve bytes a character."""
    most = {"policy": '"' * ((CONTENT_BYTES - 20) // 2)}
    words = dict.fromkeys(("credential", "address", "request"), "\U0001f600" * 999)
    row = audit_row(1, "\U0001f600" * 999, "a" * 99, "\x01" * 999, before=most, after=most, **words)
    assert len(row.after) > CONTENT_BYTES - 20
    order = Order("activate", "\U0001f600" * 256, note="\x01" * 500, edited="f" * 16, row=row)
    line = json.dumps(asdict(order)).encode()
    assert len(line) < MAX_LINE
    assert read_order(line) == order


def test_an_order_that_would_not_fit_is_not_sent(run_directory: Path) -> None:
    long = "\U0001f600" * MAX_TEXT  # twelve bytes each, as JSON has them
    with pytest.raises(OrderRefused, match="shorten the note"):
        ask(run_directory, Order("state", long, note=long), print)


@pytest.mark.parametrize(
    "row",
    [
        {"action": "destroy", "actor": "a"},
        {"action": [], "actor": "a"},
        {"action": "stage", "actor": 7},
        {"action": "stage", "actor": "a", "edited": 7},
        {"action": "stage", "actor": "a", "drop_edits": "no"},
        {"action": "stage", "actor": "a", "uid": "root"},
        {"action": "stage", "actor": "a", "row": {}},
        {"action": "stage", "actor": "a", "row": {**asdict(ROW), "time": "1"}},
        {"action": "stage", "actor": "a", "row": {**asdict(ROW), "action": "x" * 65}},
        {"action": "stage", "actor": "a", "row": {**asdict(ROW), "before": "{"}},
        {"action": "stage", "actor": "a", "ruleset": "../etc"},
        {"action": "stage", "actor": "a", "ruleset": "ABCD"},
        {"action": "stage", "actor": "a", "ruleset": "abcd\n"},
        {"action": "stage", "actor": "a", "ruleset": None},
        {"action": "stage", "actor": "a", "ruleset": "abcd", "folder": "x"},
        {"action": "stage", "actor": "a", "note": "n" * (MAX_TEXT + 1)},
        {"action": "stage", "actor": "a", "more": 1},
        {"action": "stage"},
        {},
        [],
        "stage",
    ],
)
def test_what_is_no_order(row: object) -> None:
    with pytest.raises(OrderRefused):
        read_order(json.dumps(row).encode())


@pytest.mark.parametrize("line", [b"", b"{", b"\xff", b"[" * MAX_LINE, b"1" * 10_000])
def test_what_is_no_json(line: bytes) -> None:
    with pytest.raises(OrderRefused):
        read_order(line)


@pytest.mark.parametrize("ruleset", ["", "abcd", "0123456789abcdef", "active", "previous"])
def test_what_is_sent_is_read(ruleset: str) -> None:
    order: dict[str, Any] = {"action": "stage", "actor": "böb", "ruleset": ruleset, "note": "\n"}
    assert read_order(json.dumps(order).encode()) == Order(**order)


def test_what_people_wrote_can_be_shown() -> None:
    order = read_order(rb'{"action": "state", "actor": "b\udce9a", "note": "\u001b[2J\nx"}')
    assert (order.actor, order.note) == ("b\ufffda", "\ufffd[2J x")


@given(st.binary(max_size=300))
def test_any_line_is_an_order_or_refused(line: bytes) -> None:
    try:
        read_order(line)
    except OrderRefused:
        return
