"""Places for those who send much: few at once, and one for each key."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from api.bodies import RETRY, busy
from api.problems import RequestFailed


class Places:
    """Whoever is slow keeps itself out, and nobody else while one of `most` places is free.

    Belongs to one event loop.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: set[str] = set()

    @contextmanager
    def taken(self, key: str, what: str) -> Iterator[None]:
        """Have a place; raise RequestFailed if this key has one, or none is left.

        `what` is taken in there, for the answer: "rule set".
        """
        if key in self._taken:
            raise RequestFailed(
                HTTPStatus.TOO_MANY_REQUESTS, f"This key hands in another {what} just now.", RETRY
            )
        if len(self._taken) >= self._most:
            raise busy(f"Each place for a {what} that is handed in is taken.")
        self._taken.add(key)
        try:
            yield
        finally:
            self._taken.remove(key)
