"""Name tricks: what a name alone gives away, also of members whose content nobody can read."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.disguise.contradiction import find_contradiction
from scanners.disguise.extensions import extension_tricks, find_stream
from scanners.disguise.hosts import host_trick
from scanners.disguise.letters import look_alikes
from scanners.disguise.marks import mark_tricks
from scanners.disguise.named import BAD, Named, Trick
from scanners.disguise.padding import ending_tricks, padding_tricks
from scanners.model import Code, Content, Detection, Family, Report
from scanners.names import readings
from scanners.types.table import TypeTable


@dataclass(frozen=True, slots=True)
class NameScanner:
    """Finds what makes a name read like another; asks the content only to spare the honest."""

    table: TypeTable
    name: str = "disguise_names"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings:  # coded bytes: the decoded child bears the name
            return Report()
        worst: dict[Code, Trick] = {}
        for trick in self._tricks(content):
            if trick.code not in worst or worst[trick.code].level is not BAD:
                worst[trick.code] = trick
        found = [
            Detection(trick.code, self.name, trick.word, trick.level, content.path, trick.said)
            for trick in worst.values()
        ]
        return Report(detections=(*found, *self._contradiction(content)))

    def _tricks(self, content: Content) -> Iterator[Trick]:
        stated = tuple(filter(None, (content.name, *content.other_names)))
        for name in stated:
            yield from ending_tricks(name, self.table)
            stream = find_stream(name, self.table) if ":" in name else None
            if stream:
                yield stream
        is_program = content.file_type.family is Family.PROGRAM
        for name in (*stated, *filter(None, (content.url_name,))):
            yield from mark_tricks(name, self.table, is_program=is_program)
            for reading in readings(name):
                named = Named.of(reading, content, self.table)
                yield from extension_tricks(named)
                yield from padding_tricks(named)
                yield from look_alikes(named)
                if host := host_trick(named):
                    yield host

    def _contradiction(self, content: Content) -> Iterator[Detection]:
        if found := find_contradiction(content, self.table):
            level, said = found
            code, word = Code.DISGUISE_EXTENSION, "contradicting_names"
            yield Detection(code, self.name, word, level, content.path, said)
