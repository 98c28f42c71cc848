"""Authorization fields: slow once, then remembered; guessing costs us little and tells nothing."""

import asyncio
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from icap_server import credentials as module
from icap_server.credentials import AT_ONCE, Credentials
from icap_server.users import HashedPassword, UsersUnusable, write_users

PASSWORD = "correct horse"  # noqa: S105 - of nobody


def basic(name: str, password: str = PASSWORD) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


RIGHT = basic("ann")
MALFORMED = [
    *("", "Basic", "Basic ", "Basic !!!", "Bearer " + RIGHT[6:], "Basic é", RIGHT + "\x00"),
    *("Basic " + b64encode(b"ann").decode(), "Basic " + b64encode(b"\xff:x").decode()),
    basic("ann", "x" * 1024),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_users(tmp_path / "users", {"ann": HashedPassword.of(PASSWORD)})
    return tmp_path / "users"


@pytest.fixture
def credentials(path: Path) -> Iterator[Credentials]:
    checked = Credentials(path)
    yield checked
    checked.close()


async def ask(credentials: Credentials, field: str) -> bool:
    answer = credentials.check(field)
    assert answer is not None
    return answer if isinstance(answer, bool) else await answer


@pytest.mark.parametrize("field", [RIGHT, RIGHT.replace("Basic", "bAsIc")])
async def test_right(credentials: Credentials, field: str) -> None:
    assert await ask(credentials, field)


@pytest.mark.parametrize(
    "field", [basic("ann", "wrong"), basic("bob"), basic("", ""), basic("ann", "")]
)
async def test_wrong(credentials: Credentials, field: str) -> None:
    assert not await ask(credentials, field)


@pytest.mark.parametrize("field", MALFORMED)
async def test_what_is_no_credential_costs_no_hash(credentials: Credentials, field: str) -> None:
    assert credentials.check(field) is False


async def test_an_answer_is_remembered(credentials: Credentials) -> None:
    for field, right in ((RIGHT, True), (basic("ann", "wrong"), False)):
        first = credentials.check(field)
        assert isinstance(first, asyncio.Future), "the first one takes a while"
        assert credentials.check(field) is first, "meanwhile the same question is not asked twice"
        assert await first is right
        assert credentials.check(field) is right


async def test_guesses_drive_out_nobody(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    assert await ask(credentials, RIGHT)
    for number in range(4):
        assert not await ask(credentials, basic("ann", f"guess {number}"))
    assert credentials.check(RIGHT) is True
    assert credentials.check(basic("ann", "guess 3")) is False
    assert isinstance(await_later := credentials.check(basic("ann", "guess 0")), asyncio.Future)
    assert not await await_later


async def test_a_flood_of_guesses_waits_outside(credentials: Credentials) -> None:
    checks = [credentials.check(basic("ann", f"guess {number}")) for number in range(AT_ONCE)]
    assert credentials.check(RIGHT) is None
    assert not any(await asyncio.gather(*(c for c in checks if isinstance(c, asyncio.Future))))
    assert await ask(credentials, RIGHT)


async def test_a_changed_file_counts_after_a_look(credentials: Credentials, path: Path) -> None:
    assert await ask(credentials, RIGHT)
    write_users(path, {"bob": HashedPassword.of(PASSWORD)})
    assert credentials.check(RIGHT) is True
    credentials.refresh()
    assert not await ask(credentials, RIGHT)
    assert await ask(credentials, basic("bob"))
    credentials.refresh()
    assert credentials.check(basic("bob")) is True, "nothing is forgotten without a change"


async def test_an_answer_from_before_a_change_is_not_remembered(
    credentials: Credentials, path: Path
) -> None:
    check = credentials.check(RIGHT)
    assert isinstance(check, asyncio.Future)
    write_users(path, {"bob": HashedPassword.of(PASSWORD)})
    credentials.refresh()
    assert await check
    assert not await ask(credentials, RIGHT)


@pytest.mark.parametrize("text", [None, "broken"])
async def test_a_broken_file_changes_nothing(
    credentials: Credentials, path: Path, text: str | None
) -> None:
    if text is None:
        os.unlink(path)
    else:
        path.write_text(text)  # noqa: ASYNC240 - nothing else runs here
    credentials.refresh()
    assert await ask(credentials, RIGHT)


def test_a_broken_file_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsersUnusable):
        Credentials(tmp_path / "none")
