"""clamd's messages: a table of what it says, and nothing else is ever clean."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanners.clamav.reply import (
    MESSAGE_BYTES,
    READ_TIMED_OUT,
    Answer,
    Clean,
    Failed,
    Found,
    Malformed,
    Reply,
    TimedOut,
    Version,
    parse,
    take_messages,
)

DATED = "ClamAV 1.4.6/27000/Mon Nov 23 08:00:00 2026"


@pytest.mark.parametrize(
    "message, reply",
    [
        (b"1: fd[10]: OK", Reply(Clean(), 1)),
        (b"4294967295: stream: OK", Reply(Clean(), 4294967295)),
        (b"stream: OK", Reply(Clean())),
        (b"7: fd[9]: Win.Test.EICAR_HDB-1 FOUND", Reply(Found("Win.Test.EICAR_HDB-1"), 7)),
        (b"7: fd[9]: a name FOUND FOUND", Reply(Found("a name FOUND"), 7)),
        (b"7: fd[9]: OK FOUND", Reply(Found("OK"), 7)),
        (b"7: fd[9]: caf\xe9 FOUND", Reply(Found("caf\\xe9"), 7)),
        (b"2: fd[9]: Can't allocate memory ERROR", Reply(Failed("Can't allocate memory"), 2)),
        (b"2: fd[9]: OK ERROR", Reply(Failed("OK"), 2)),
        (
            b"2: No file descriptor received. ERROR",
            Reply(Failed("No file descriptor received."), 2),
        ),
        (
            b"INSTREAM size limit exceeded. ERROR",
            Reply(Failed("INSTREAM size limit exceeded.")),
        ),
        (b"3: ClamAV 1.4.6", Reply(Version("ClamAV 1.4.6"), 3)),
        (f"3: {DATED}".encode(), Reply(Version(DATED), 3)),
        (b"ClamAV 1.4.6", Reply(Version("ClamAV 1.4.6"))),
        (b"5: 3: fd[9]: OK", Reply(Clean(), 3, torn=5)),
        (b"5: 3: fd[9]: X FOUND", Reply(Found("X"), 3, torn=5)),
        (b"COMMAND READ TIMED OUT\n", Reply(TimedOut())),
    ],
)
def test_what_clamd_says(message: bytes, reply: Reply) -> None:
    assert parse(message) == reply


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"OK",
        b"1: OK",
        b"0: fd[9]: OK",
        b"01: fd[9]: OK",
        b"1: fd[9]: ok",
        b"1: fd[9]: OK ",
        b"1: fd[9]: OK\n",
        b"1: fd[9]:OK",
        b"1: fd[]: OK",
        b"1: /tmp/file: OK",
        b" 1: fd[9]: OK",
        b"1: fd[9]: FOUND",
        b"1: fd[9]:  FOUN",
        b"1: fd[9]: a\nb FOUND",
        b"1: 2: 3: fd[9]: OK",
        b"99999999999: fd[9]: OK",
        b"1: PONG",
        b"1: COMMAND UNAVAILABLE",
        b"COMMAND READ TIMED OUT",
    ],
)
def test_anything_else_is_malformed(message: bytes) -> None:
    assert isinstance(parse(message).answer, Malformed)


@given(st.one_of(st.binary(max_size=80), st.from_regex(rb"\d: (fd\[9\]: )?\w* ?(OK|FOUND|ERROR)")))
def test_nothing_but_the_literal_ok_is_clean(message: bytes) -> None:
    answer: Answer = parse(message).answer
    if isinstance(answer, Clean):
        assert message.endswith((b"]: OK", b"stream: OK"))


@given(st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\0", b"")), max_size=5))
def test_cuts_do_not_matter(messages: list[bytes]) -> None:
    assume(not any(message.startswith(READ_TIMED_OUT) for message in messages))  # needs no NUL
    stream = b"".join(message + b"\0" for message in messages)
    whole = list(take_messages(bytearray(stream)))
    received = bytearray()
    cut: list[bytes] = []
    for byte in stream:
        received.append(byte)
        cut += take_messages(received)
    assert cut == whole == messages
    assert received == b""


def test_a_time_out_needs_no_nul_and_hides_nothing_behind_it() -> None:
    received = bytearray(b"COMMAND READ TIMED OUT\n1: fd[9]: OK\0")
    assert list(take_messages(received)) == [b"COMMAND READ TIMED OUT\n", b"1: fd[9]: OK"]


def test_a_message_without_end_is_not_collected_for_ever() -> None:
    received = bytearray(b"x" * MESSAGE_BYTES)
    assert list(take_messages(received)) == []
    received += b"x"
    (message,) = take_messages(received)
    assert isinstance(parse(message).answer, Malformed)
    assert received == b""
