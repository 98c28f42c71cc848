"""The keyring: order, time budget, and a mark that tells equal passwords but not what they are."""

from collections.abc import Callable

from scanners.budget import Budget
from scanners.model import Content, Source
from scanners.passwords.keyring import Keyring, Password

MakeBudget = Callable[..., Budget]
CONTENT = Content(memoryview(b""), name="holiday2024.secret.zip")


def test_candidates_come_once_and_in_order() -> None:
    found = list(Keyring(listed=("listed", "infected")).candidates(CONTENT))
    texts = [one.text for one in found]
    assert len(set(texts)) == len(texts)
    assert texts.index("holiday2024") < texts.index("listed") < texts.index("1234")
    assert Password("infected", Source.LIST) in found


def test_the_right_one_is_found_and_time_is_spent(new_budget: MakeBudget) -> None:
    budget = new_budget()
    found = Keyring().find(CONTENT, budget, lambda text: text == "infected")
    assert found == Password("infected", Source.DEFAULT)
    assert budget.guess_seconds < Budget(0, 0, 0, 0).guess_seconds


def test_without_time_nothing_is_tried(new_budget: MakeBudget) -> None:
    budget = new_budget()
    budget.guess_seconds = 0
    assert Keyring().find(CONTENT, budget, lambda _: True) is None


def test_marks_are_keyed() -> None:
    password = Password("infected", Source.DEFAULT)
    one, other = Keyring(secret=b"a").mark(password), Keyring(secret=b"b").mark(password)
    assert one == Keyring(secret=b"a").mark(Password("infected", Source.LIST))
    assert one != other
