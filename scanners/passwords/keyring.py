"""Trying passwords on an encrypted container, within a time budget."""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from scanners.budget import Budget
from scanners.model import Content
from scanners.passwords.candidates import candidates
from scanners.passwords.password import Password
from scanners.text_list import read_lines

__all__ = ["Keyring", "Password", "read_listed"]

MARK_DIGITS = 16


def read_listed(path: Path) -> tuple[str, ...]:
    """Return the passwords of analysts (rules/passwords.txt); () if there is no file."""
    return tuple(dict.fromkeys(text for _, text in read_lines(path)))


@dataclass(frozen=True, slots=True)
class Keyring:
    """What analysts listed, and the key under which passwords are told apart."""

    listed: Sequence[str] = field(default=(), repr=False)
    secret: bytes = field(default=b"", repr=False)

    def find(
        self, content: Content, budget: Budget, opens: Callable[[str], bool]
    ) -> Password | None:
        """Return the first candidate that `opens` says is right; None when time is up.

        What opened something else in this transfer comes first.  All processor time that is used
        in here is taken off the budget of the whole tree, so likely candidates come first and dear
        formats get few; a busy machine tries no fewer of them.  With no time at all nothing is
        tried.
        """
        if budget.guess_seconds <= 0:
            return None
        last = time.thread_time()
        known = list(budget.proven)
        for password in chain(known, candidates(content, self.listed)):
            budget.seconds_left()
            right = opens(password.text)
            now = time.thread_time()
            budget.guess_seconds -= now - last
            last = now
            if right:
                if password not in known:
                    budget.proven.append(password)
                return password
            if budget.guess_seconds <= 0:
                return None
        return None

    def mark(self, password: Password) -> str:
        """Return a keyed hash: equal passwords are seen to be equal, and nothing else."""
        text = password.text.encode("utf-8", "replace")
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:MARK_DIGITS]
