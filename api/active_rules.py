"""The active rule set as the API reads it: the catalogue, and what its rules say of themselves."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import structlog

from api.problems import RequestFailed
from scanners.rules.catalogue import CatalogueError, Entry, read_catalogue
from scanners.rules.index import IndexFailed, RuleFacts, rule_index
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """One rule set."""

    ruleset: str
    folder: Path
    entries: tuple[Entry, ...]
    """Of the catalogue, in its order."""
    rules: Mapping[str, RuleFacts]
    """By name."""

    def entries_of(self, rule: str) -> list[Entry]:
        return [entry for entry in self.entries if rule in entry.rules]


class ActiveRules:
    """Reads each set once: stored sets do not change.  Safe for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._book: RuleBook | None = None

    def read(self) -> RuleBook:
        """Return the set that is active now; blocks for a moment if it is a new one.

        Raise RequestFailed if none is active, or if it cannot be read.
        """
        try:
            active = self._store.active
            if active is None:
                raise _unavailable("No rule set is active yet.")
            with self._lock:  # whoever comes meanwhile waits, and does not read it again
                if self._book is None or self._book.ruleset != active.id:
                    self._book = _read(active.id, self._store.folder(active.id))
                return self._book
        except (RulesetError, CatalogueError, IndexFailed, OSError) as error:
            log.exception("api.rules_unreadable")
            raise _unavailable("The active rule set cannot be read; the log says why.") from error


def _read(ruleset: str, folder: Path) -> RuleBook:
    return RuleBook(ruleset, folder, read_catalogue(folder), rule_index(folder))


def _unavailable(detail: str) -> RequestFailed:
    return RequestFailed(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "5"})
