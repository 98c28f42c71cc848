"""Which events somebody wants to hear of."""

import json
from dataclasses import dataclass

from verdicts.ledger.event_log.events import Event


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Everything that is not empty has to fit; an event without the field does not."""

    kinds: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    """Some detection has one of these."""

    def takes(self, event: Event) -> bool:
        if self.kinds and event.kind not in self.kinds:
            return False
        if not (self.actions or self.levels or self.channels or self.codes):
            return True
        data = json.loads(event.data)
        codes = data.get("codes", ())
        return (
            _fits(self.actions, data.get("action"))
            and _fits(self.levels, data.get("level"))
            and _fits(self.channels, data.get("channel"))
            and (not self.codes or not self.codes.isdisjoint(map(str, codes)))
        )


def _fits(wanted: frozenset[str], value: object) -> bool:
    return not wanted or value in wanted
