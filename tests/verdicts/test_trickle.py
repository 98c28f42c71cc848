"""How much may leave ahead of a ruling: never the end, never most of it, never before its time."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdicts.policy_cases import DOWNLOAD, UPLOAD
from verdicts.policy import Policy
from verdicts.rule_file import RuleFileError
from verdicts.trickle import MIN_HELD, Trickle

KIB = 1024
HEAD = 'default = "block"\n[[trickle]]\nname = "a"\n'
terms = st.builds(
    Trickle,
    st.just("a"),
    after_seconds=st.floats(1, 3600),
    every_seconds=st.floats(1, 3600),
    step_bytes=st.integers(1, 2**30),
    most=st.floats(0, 0.5, exclude_min=True),
    hold_back=st.integers(MIN_HELD, 2**30),
)
amounts, times = st.integers(0, 2**40), st.floats(0, 10_000)


def read(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return Policy.read(path)


@pytest.mark.parametrize(
    "received, seconds, allowed",
    [
        (2**20, 9.9, 0),
        (2**20, 10, KIB),
        (2**20, 14.9, KIB),
        (2**20, 15, 2 * KIB),
        (2**20, 10_000, 2**20 // 10),
        (64 * KIB, 100, 0),
        (64 * KIB + 5, 100, 5),
        (0, 100, 0),
    ],
)
def test_as_shipped(received: int, seconds: float, allowed: int) -> None:
    assert Trickle("a").allowance(received, seconds) == allowed


@given(terms, amounts, times)
def test_the_end_and_most_of_it_are_withheld(
    trickle: Trickle, received: int, seconds: float
) -> None:
    allowed = trickle.allowance(received, seconds)
    assert 0 <= allowed <= math.floor(received / 2)
    assert allowed == 0 or received - allowed >= trickle.hold_back
    assert allowed == 0 or seconds >= trickle.after_seconds


@given(terms, amounts, times, amounts, times)
def test_an_allowance_never_shrinks(
    trickle: Trickle, received: int, seconds: float, more: int, later: float
) -> None:
    """Else what has left already would be more than may have left."""
    before = trickle.allowance(received, seconds)
    assert trickle.allowance(received + more, seconds + later) >= before


def test_only_downloads_and_the_first_that_matches(tmp_path: Path) -> None:
    policy = read(
        tmp_path,
        HEAD + 'host = "other.example"\n[[trickle]]\nname = "b"\nfile_name = "*.JPG"\nmost = 0.5\n'
        'after_seconds = 2\nevery_seconds = 1.5\nbytes = "4 KiB"\nhold_back = "1 MiB"\n'
        '[[trickle]]\nname = "c"\n',
    )
    found = policy.trickle(DOWNLOAD)
    assert found is not None
    assert replace(found, tests=()) == Trickle("b", (), 2, 1.5, 4 * KIB, 0.5, 2**20)
    assert policy.trickle(UPLOAD) is None, "a server would store what is torn"
    other = policy.trickle(replace(DOWNLOAD, file_name="a.iso"))
    assert other is not None
    assert other.name == "c"
    assert read(tmp_path, 'default = "block"\n').trickle(DOWNLOAD) is None


@pytest.mark.parametrize(
    "line, message",
    [
        (
            'direction = "upload"',
            "unknown key 'direction' in trickle 'a'; known keys: name, after_",
        ),
        ('size = "> 1 MiB"', "unknown key 'size' in trickle 'a'"),
        ("program = true", "unknown key 'program' in trickle 'a'"),
        ('action = "allow"', "unknown key 'action' in trickle 'a'"),
        ("after_seconds = 0", "trickle 'a': after_seconds takes 1 to 3600 seconds"),
        ("every_seconds = 4000", "trickle 'a': every_seconds takes 1 to 3600 seconds"),
        ("every_seconds = true", "trickle 'a': every_seconds takes a number"),
        ("after_seconds = nan", "trickle 'a': after_seconds takes 1 to 3600 seconds"),
        ("most = 0.6", "trickle 'a': most takes a part of the body, more than 0 and at most 0.5"),
        ("most = nan", "trickle 'a': most takes a part of the body"),
        ('most = "10 %"', "trickle 'a': most takes a number"),
        ('bytes = "0 B"', "trickle 'a': bytes takes at least 1 B"),
        ("bytes = 1024", "trickle 'a': bytes takes an amount such as"),
        ('hold_back = "63 KiB"', "trickle 'a': hold_back takes at least 64 KiB"),
        ('host = "*"', "trickle 'a': host '*' is no host"),
    ],
)
def test_refused(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(RuleFileError, match=re.escape(f"policy.toml:4: {message}")):
        read(tmp_path, HEAD + line)


def test_a_trickle_is_part_of_the_digest(tmp_path: Path) -> None:
    digests = {read(tmp_path, HEAD + line).digest for line in ("", "most = 0.2", "most = 0.3")}
    assert len(digests) == 3
