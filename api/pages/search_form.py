"""The form of the search, made from the filters of the API: what it can, the page can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import Field, ValidationError

from api.pages.ranges import from_form
from api.routes.verdicts import VerdictFilters
from verdicts.ledger.reading.queries import Sort

FIRST = ("since", "until", "action", "level", "channel", "user", "client_ip", "name")
"""Always in sight; the others unfold."""
LABELS = {
    "since": "From (UTC)",
    "until": "To (UTC)",
    "client_ip": "Client address",
    "sha256": "SHA-256",
    "code": "Code of a detection",
    "name": "Name of a detection",
    "reason": "Reason of a gap",
    "url": "URL",
    "true_type": "True type",
    "file_name": "File name",
    "enforced": "Carried out",
    "sort": "Order",
}


class SearchQuery(VerdictFilters):
    """All filters of the API, the order, and where to go on."""

    sort: Sort = Sort.NEWEST
    cursor: str | None = Field(None, max_length=64)


_SCHEMA: Mapping[str, Any] = SearchQuery.model_json_schema()
_PROPERTIES, _DEFINED = _SCHEMA["properties"], _SCHEMA["$defs"]
REST = tuple(name for name in _PROPERTIES if name not in {*FIRST, "cursor"})


@dataclass(frozen=True, slots=True)
class FormField:
    name: str
    label: str
    kind: str
    """moment, choice or text."""
    choices: tuple[str, ...]
    advice: str
    """Empty if there is none."""
    value: str
    fault: str
    """What is wrong with the value; empty if nothing is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    given: dict[str, str]
    """Without what was left empty."""
    query: SearchQuery | None
    """None if something is wrong."""
    faults: dict[str, str]

    def address(self, cursor: str | None = None) -> str:
        """Return the shortest address of the same search, at its first page or another."""
        given = {name: value for name, value in self.given.items() if name != "cursor"}
        if cursor is not None:
            given["cursor"] = cursor
        return "/verdicts" + (f"?{urlencode(given)}" if given else "")

    def export(self, form: str) -> str:
        """Return the address of the whole search as a file: "csv" or "jsonl"."""
        given = {name: value for name, value in self.given.items() if name != "cursor"}
        return f"/verdicts/export?{urlencode({**given, 'format': form})}"

    def fields(self) -> list[FormField]:
        """Return those of FIRST, and then the others."""
        return [self._field(name) for name in (*FIRST, *REST)]

    def _field(self, name: str) -> FormField:
        schema = _PROPERTIES[name]
        choices = _choices(schema)
        kind = "moment" if name in {"since", "until"} else "choice" if choices else "text"
        value = self.given.get(name, "")
        return FormField(
            name,
            LABELS.get(name, name.replace("_", " ").capitalize()),
            kind,
            choices,
            "" if kind == "moment" else schema.get("description", ""),
            value.removesuffix("Z")[:19] if kind == "moment" else value,
            self.faults.get(name, ""),
        )


def read_search(pairs: Sequence[tuple[str, str]]) -> Asked:
    """Understand the parameters of an address; whatever is wrong is told field by field."""
    given = {name: value.strip() for name, value in pairs if value.strip()}
    for name in ("since", "until"):
        if name in given:
            given[name] = str(from_form(given[name]))
    if given.get("sort") == Sort.NEWEST:  # as without saying so
        del given["sort"]
    try:
        return Asked(given, SearchQuery.model_validate(given), {})
    except ValidationError as error:
        faults = {str(one["loc"][0]): one["msg"] for one in error.errors() if one["loc"]}
        return Asked(given, None, faults)


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words that a field takes; none if it takes any text."""
    for part in (schema, *schema.get("anyOf", ())):
        named = _DEFINED.get(str(part.get("$ref", "")).rpartition("/")[2], part)
        if "enum" in named:
            return tuple(map(str, named["enum"]))
        if named.get("type") == "boolean":
            return ("true", "false")
    return ()
