"""Scopes are words that fit into one column, with spaces between."""

import re

from verdicts.ledger.access.scopes import Scope


def test_words() -> None:
    assert all(re.fullmatch("[a-z]+", scope) for scope in Scope)
