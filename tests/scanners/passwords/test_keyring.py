"""The keyring: time budget, what opened before, and marks that tell equal passwords, no more."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.budget import Budget
from scanners.errors import DeadlinePassed
from scanners.model import Content, Source
from scanners.passwords.keyring import Keyring, Password, read_listed

MakeBudget = Callable[..., Budget]
CONTENT = Content(memoryview(b""), name="holiday2024.secret.zip")


def test_the_right_one_is_found_and_time_is_spent(new_budget: MakeBudget) -> None:
    budget = new_budget()
    before = budget.guess_seconds
    found = Keyring().find(CONTENT, budget, lambda text: text == "infected")
    assert found == Password("infected", Source.DEFAULT)
    assert budget.guess_seconds < before


def test_without_time_nothing_is_tried(new_budget: MakeBudget) -> None:
    budget = new_budget()
    budget.guess_seconds = 0
    assert Keyring().find(CONTENT, budget, lambda _: pytest.fail("it was tried")) is None


def test_dear_guesses_end_with_the_time(new_budget: MakeBudget) -> None:
    budget = new_budget()
    budget.guess_seconds = 0.05
    tried = []

    def opens(text: str) -> bool:
        tried.append(text)
        started = time.thread_time()
        while time.thread_time() - started < 0.03:
            pass
        return False

    assert Keyring().find(CONTENT, budget, opens) is None
    assert 1 <= len(tried) <= 2
    assert budget.guess_seconds <= 0


def test_the_deadline_of_the_scan_ends_it(new_budget: MakeBudget) -> None:
    with pytest.raises(DeadlinePassed):
        Keyring().find(CONTENT, new_budget(seconds=-1), lambda _: False)


def test_what_opened_something_is_tried_first(new_budget: MakeBudget) -> None:
    budget = new_budget()
    found = Keyring().find(CONTENT, budget, lambda text: text == "4321")
    tried: list[str] = []

    def opens(text: str) -> bool:
        tried.append(text)
        return True

    again = Keyring().find(CONTENT, budget, opens)
    assert tried == ["4321"]
    assert again == found
    assert budget.proven == [found]


def test_analysts_list(tmp_path: Path, new_budget: MakeBudget) -> None:
    path = tmp_path / "passwords.txt"
    assert read_listed(path) == ()
    path.write_text("# comment\nlisted\nlisted\n#1\n")
    assert read_listed(path) == ("listed", "#1")
    found = Keyring(read_listed(path)).find(CONTENT, new_budget(), lambda text: text == "#1")
    assert found == Password("#1", Source.LIST)


def test_marks_are_keyed() -> None:
    password = Password("infected", Source.DEFAULT)
    one, other = Keyring(secret=b"a").mark(password), Keyring(secret=b"b").mark(password)
    assert one == Keyring(secret=b"a").mark(Password("infected", Source.LIST))
    assert one != other
    assert len(one) == 16
