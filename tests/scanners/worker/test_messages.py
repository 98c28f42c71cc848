"""Jobs, greetings, setups and control messages survive the way; a greeting is not believed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.settings import Limits, WorkerSettings
from scanners.worker.messages import (
    CONTROL_BYTES,
    Control,
    Job,
    JobRequest,
    MalformedReport,
    Notice,
    Setup,
    decode_control,
    decode_greeting,
    decode_job,
    decode_setup,
    encode_control,
    encode_greeting,
    encode_job,
    encode_setup,
    make_job,
)

texts = st.text(st.characters(), max_size=50)  # lone surrogates included
jobs = st.builds(
    Job,
    id=st.integers(1, 2**53),
    size=st.integers(0, 2**40),
    name=texts,
    declared_type=texts,
    parameters=st.lists(st.tuples(texts, texts)).map(tuple),
    codings=st.lists(texts).map(tuple),
    seconds=st.floats(0, 600),
    unpacked_bytes=st.integers(0, 2**40),
    members=st.integers(0, 10**6),
    depth=st.integers(1, 50),
    other_names=st.lists(texts).map(tuple),
    other_types=st.lists(texts).map(tuple),
    url_name=texts,
    hints=st.lists(texts).map(tuple),
    guess_seconds=st.floats(0, 10),
    sha256=texts,
)


@given(jobs)
def test_a_job_survives(job: Job) -> None:
    assert decode_job(encode_job(job)) == job


@pytest.mark.parametrize("seconds, left", [(2.0, 1.8), (30.0, 29.0)])
def test_a_job_is_given_a_little_less_time_than_its_worker(seconds: float, left: float) -> None:
    said = ("n", "text/plain", (("a", "b"),), ("gzip",))
    more = (("m",), ("a/b",), "u", ("hint",))
    digest = "0a" * 32
    limits = Limits(unpacked_bytes=1, members=2, depth=3)
    job = make_job(9, JobRequest(5, *said, *more, digest), seconds, limits, 0.5)
    assert job == Job(9, 5, *said, left, 1, 2, 3, *more, 0.5, digest)


def test_no_representation_shows_a_hint() -> None:
    request = JobRequest(5, hints=("s3cret",))
    assert "s3cret" not in f"{request} {make_job(1, request, 1, Limits(), 0)!r}"


def test_a_setup_survives() -> None:
    limits, settings = Limits(depth=3), WorkerSettings(count=7)
    setup = Setup(5, 4711, Path("/ä/rules"), limits, settings, "module:function", audit=True)
    assert decode_setup(encode_setup(setup)) == setup
    setup = replace(setup, secret=Path("/ä/password.key"))
    assert decode_setup(encode_setup(setup)) == setup


def test_control_messages_survive_and_are_bounded() -> None:
    for message in (Control(Notice.DIED, 2**63, -9), Control(Notice.FAILED, text="über")):
        assert decode_control(encode_control(message)) == message
    assert len(encode_control(Control(Notice.FAILED, text="ü" * 9999))) <= CONTROL_BYTES


def test_a_greeting_survives() -> None:
    assert decode_greeting(encode_greeting(12, ("landlock",))) == (12, ("landlock",))


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"7",
        b"[1]",
        b"[1, 2]",
        b'[true, ["landlock"]]',
        b'["1", []]',
        b'[1, ["a protection that does not exist"]]',
        b"[1, [[]]]",
        b"[1, {}, 2]",
        "[1, [\ud800]]".encode("utf-8", "surrogatepass"),
        b"\xff\xfe\x00",
        json.dumps([1, [{"a": 1}]]).encode(),
    ],
)
def test_a_greeting_of_another_shape_is_refused(hostile: bytes) -> None:
    with pytest.raises(MalformedReport):
        decode_greeting(hostile)
