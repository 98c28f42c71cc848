"""A password is in no representation of anything that holds it."""

from samples import builders
from scanners.budget import Budget
from scanners.company import clues_of_hints
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Content, Source
from scanners.passwords.keyring import Keyring
from scanners.passwords.password import Password
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable
from verdicts.cache import CacheKey

SECRET = "s3cret-word"  # noqa: S105 - of nothing


def test_no_representation_shows_it(table: TypeTable) -> None:
    password = Password(SECRET, Source.URL)
    budget = Budget(0, 0, 0, 0)
    budget.proven.append(password)
    keyring = Keyring((SECRET,), SECRET.encode())
    clues = clues_of_hints((SECRET,))
    content = Content(memoryview(builders.pdf()), clues=clues)
    members = MemberList(content, "test", Kit(table, TypeScanner(table).identify, keyring))
    key = CacheKey("", "", "", "", (), (), "", hints=(SECRET,))
    for holder in (password, budget, keyring, clues, content, members, key):
        assert SECRET not in f"{holder!r} {holder}"
