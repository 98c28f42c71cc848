"""The passwords that are tried on an encrypted container, in their order, within a time budget."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.model import Content, Source

DEFAULTS = (
    "infected",
    "virus",
    "password",
    "1234",
    "12345",
    "123456",
    "4321",
    "VelvetSweatshop",
    "/01Hannes Ruescher/01",
)
MARK_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Password:
    """One candidate.  Never logged, never in a report: `Keyring.mark` stands for it."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Keyring:
    """What analysts listed, and the key under which passwords are told apart."""

    listed: Sequence[str] = ()
    secret: bytes = b""

    def find(
        self, content: Content, budget: Budget, opens: Callable[[str], bool]
    ) -> Password | None:
        """Return the first candidate that `opens` says is right; None when time is up.

        The time that `opens` takes is taken off the budget of the whole tree, so likely
        candidates come first and dear formats get few.
        """
        for password in self.candidates(content):
            if budget.guess_seconds <= 0:
                return None
            budget.seconds_left()
            started = time.monotonic()
            right = opens(password.text)
            budget.guess_seconds -= time.monotonic() - started
            if right:
                return password
        return None

    def candidates(self, content: Content) -> Iterator[Password]:
        """Yield each candidate once, the likely ones first."""
        seen: set[str] = set()
        for password in self._ordered(content):
            if password.text and password.text not in seen:
                seen.add(password.text)
                yield password

    def mark(self, password: Password) -> str:
        """Return a keyed hash: equal passwords are seen to be equal, and nothing else."""
        digest = hmac.new(self.secret, password.text.encode("utf-8", "replace"), hashlib.sha256)
        return digest.hexdigest()[:MARK_DIGITS]

    def _ordered(self, content: Content) -> Iterator[Password]:
        stem = content.name.rpartition(".")[0]
        yield from (Password(text, Source.NAME) for text in (stem, stem.partition(".")[0]))
        yield from (Password(text, Source.LIST) for text in self.listed)
        yield from (Password(text, Source.DEFAULT) for text in DEFAULTS)
