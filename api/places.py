"""Places for those who send or take much: few at once, and few for each key."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from api.bodies import RETRY, busy
from api.problems import RequestFailed


class Places:
    """Whoever is slow keeps itself out, and nobody else while one of `most` places is free.

    Belongs to one event loop.
    """

    def __init__(self, most: int, each: int = 1) -> None:
        self._most = most
        self._each = each
        self._taken: Counter[str] = Counter()

    def require(self, key: str, what: str) -> None:
        """Raise RequestFailed if this key has all that one may have, or none is left.

        `what` the places are for, for the answer: "rule set".
        """
        if self._taken[key] >= self._each:
            raise RequestFailed(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"This key has the {self._each} of the places ({what}) that one key may have.",
                RETRY,
            )
        if self._taken.total() >= self._most:
            raise busy(f"Each of the {self._most} places ({what}) is taken.")

    @contextmanager
    def taken(self, key: str, what: str) -> Iterator[None]:
        """Have a place; raise RequestFailed as `require` does."""
        self.require(key, what)
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            self._taken += Counter()  # forgets whoever has none
