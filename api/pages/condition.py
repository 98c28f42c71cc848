"""The condition of the service: its parts, engines, rule set and deliveries, as pages show it."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.services import Services
from verdicts.ledger.parts import Part, parts_of
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_state
from verdicts.ledger.state import LedgerState
from verdicts.rulesets.records import RulesetError, StoredSet


@dataclass(frozen=True, slots=True)
class Condition:
    state: LedgerState | None
    """None: the ledger does not answer."""
    parts: tuple[Part, ...]
    active: StoredSet | None
    staged: StoredSet | None

    @property
    def failing(self) -> list[Part]:
        return [part for part in self.parts if not part.ok]

    @property
    def clamav(self) -> str:
        """What the fronts say of ClamAV, in one text: "1.4.6, database 27810 of …", "off"."""
        fronts = self.state.fronts if self.state else ()
        said = {front.status.clamav_version or front.status.clamav for front in fronts}
        return ", ".join(sorted(said)) or "unknown"


def read_condition(services: Services) -> Condition:
    """Blocks for up to five seconds, if the ledger does not answer."""
    try:
        state = ask_state(services.ledger)
    except (LedgerAway, LedgerFailed):
        state = None
    return Condition(state, tuple(_parts(services, state)), *_sets(services))


def _parts(services: Services, state: LedgerState | None) -> Iterator[Part]:
    yield Part("ledger", state is not None, "" if state else "The ledger does not answer.")
    if state is not None:
        yield from parts_of(state, services.fronts)


def _sets(services: Services) -> tuple[StoredSet | None, StoredSet | None]:
    try:
        return services.store.active, services.store.staged
    except RulesetError:  # the rule sets' own page says what is wrong
        return None, None
