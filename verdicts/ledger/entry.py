"""A verdict record on its way into the log: flat, in the order of the columns, strictly checked.

The front flattens a record once, and the ledger checks it once; what has passed goes to the
database as it is.  Building the nested record again cost the ledger more than storing it.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from pydantic_core import (
    CoreSchema,
    PydanticSerializationError,
    SchemaValidator,
    ValidationError,
    to_json,
)
from pydantic_core import core_schema as schema

from scanners.model import Code, DetectionLevel, Family, Reason
from verdicts.model import Action, Direction, NameSource, VerdictRecord
from verdicts.record import LEVEL_WORDS, clipped, microseconds, true_type, types_row

VERSION = 3
"""Of this format; a change of the format needs another number.  Version 1 bore none."""
UNCLIPPED_BYTES = 2048
"""Records up to this size are kept as they are: no text in them can be too long for an index."""
YEAR_10000 = 253_402_300_800_000_000
"""Microseconds since 1970: no time from here on can be written as RFC 3339."""


class BadRecord(ValueError):
    """These bytes are not a verdict record."""


class VerdictRow(NamedTuple):
    """A row of the table `verdict`, in the order of its columns."""

    id: bytes
    time: int
    node: str
    service: str
    direction: str
    action: str
    wanted: str
    clause: str
    enforced: bool
    level: str
    channel: str
    user: str
    client_ip: str
    url: str
    file_name: str
    declared_type: str
    true_type: str
    size: int
    sha256: str
    ruleset: str
    clamav: str
    scan_ms: float
    cached: bool
    types: str
    """JSON of the type tree; empty if no worker could say."""
    other_names: str
    """JSON array of [source, name]; empty if there are none."""
    other_types: str
    """JSON array; empty if there are none."""


class Found(NamedTuple):
    """What a row of `detection` says besides its verdict, position and time."""

    code: str
    scanner: str
    name: str
    level: str
    path: str
    """JSON array."""
    detail: str


class Missed(NamedTuple):
    """What a row of `unscanned` says besides its verdict, position and time."""

    scanner: str
    reason: str
    path: str
    """JSON array."""


class Entry(NamedTuple):
    """All that is kept of one transfer."""

    verdict: VerdictRow
    detections: tuple[Found, ...]
    unscanned: tuple[Missed, ...]


def encode(record: VerdictRecord) -> bytes:
    """Return the record as JSON without its id, at most about 2 MiB; what exceeds bounds is cut.

    Text that no database takes (NUL, lone surrogates) is replaced.
    """
    try:
        data = _flat(record)
    except (PydanticSerializationError, RecursionError):  # a lone surrogate, a very deep tree
        return _flat(clipped(record))
    if len(data) > UNCLIPPED_BYTES or b"\\u0000" in data:
        return _flat(clipped(record))
    return data


def decode(key: bytes, data: bytes) -> Entry:
    """Return what is stored under the id; raise BadRecord for what `encode` does not write."""
    if not data.startswith(_BEGINNING):
        raise BadRecord(f"no verdict record of version {VERSION}: its front is of another release")
    try:
        _, verdict, *others, detections, unscanned = _ENTRY.validate_json(data)
    except ValidationError as error:
        raise BadRecord("not a verdict record") from error
    return Entry(
        VerdictRow._make((key, *verdict, *(_json(other) if other else "" for other in others))),
        tuple(
            Found(code, scanner, name, level, _json(path), detail)
            for code, scanner, name, level, path, detail in detections
        ),
        tuple(Missed(scanner, reason, _json(path)) for scanner, reason, path in unscanned),
    )


def _flat(record: VerdictRecord) -> bytes:
    transfer, ruling = record.transfer, record.ruling
    verdict = ruling.verdict
    row = (
        microseconds(transfer.received_at),
        record.node,
        transfer.service,
        transfer.direction.value,
        ruling.action.value,
        ruling.wanted.value,
        ruling.clause,
        ruling.enforced,
        LEVEL_WORDS[verdict.level],
        transfer.channel,
        transfer.user,
        transfer.client_ip,
        transfer.url,
        transfer.file_name,
        transfer.declared_type,
        true_type(verdict.types),
        record.size,
        record.sha256,
        verdict.ruleset,
        verdict.clamav,
        record.scan_ms,
        record.cached,
    )
    detections = [
        (one.code.value, one.scanner, one.name, one.level.value, one.path, one.detail)
        for one in verdict.detections
    ]
    unscanned = [(one.scanner, one.reason.value, one.path) for one in verdict.unscanned]
    types = verdict.types and types_row(verdict.types)
    names = [(other.source.value, other.name) for other in transfer.other_names]
    others = types, names, transfer.other_types
    return to_json((VERSION, row, *others, detections, unscanned))


def _json(value: object) -> str:
    return to_json(value).decode()


def _words(words: Iterable[str]) -> CoreSchema:
    return schema.literal_schema(list(words))


def _values(words: Iterable[Enum]) -> CoreSchema:
    return _words(str(word.value) for word in words)


def _type_tree() -> CoreSchema:
    """As `verdicts.record.types_row` makes it."""
    fields = {
        "type": _TEXT,
        "mime": _TEXT,
        "family": _values(Family),
        "kind": _TEXT,
        "name": _TEXT,
        "children": schema.list_schema(schema.definition_reference_schema("node")),
    }
    node = schema.typed_dict_schema(
        {name: schema.typed_dict_field(field) for name, field in fields.items()},
        extra_behavior="forbid",
        ref="node",
    )
    return schema.definitions_schema(schema.definition_reference_schema("node"), [node])


_BEGINNING = f"[{VERSION},".encode()
_TEXT = schema.str_schema(strict=True)
_FLAG = schema.bool_schema(strict=True)
_PATH = schema.list_schema(_TEXT, strict=True)
_COLUMNS: dict[str, CoreSchema] = {
    "time": schema.int_schema(strict=True, ge=0, lt=YEAR_10000),
    "direction": _values(Direction),
    "action": _values(Action),
    "wanted": _values(Action),
    "enforced": _FLAG,
    "level": _words(LEVEL_WORDS.values()),
    "size": schema.int_schema(strict=True, ge=0, lt=2**63),
    "scan_ms": schema.float_schema(strict=True, allow_inf_nan=False),
    "cached": _FLAG,
}
"""Columns that are no free text."""
_DETECTION = schema.tuple_schema(
    [_values(Code), _TEXT, _TEXT, _values(DetectionLevel), _PATH, _TEXT]
)
_UNSCANNED = schema.tuple_schema([_TEXT, _values(Reason), _PATH])
_ENTRY = SchemaValidator(
    schema.tuple_schema(
        [
            schema.literal_schema([VERSION]),
            schema.tuple_schema([_COLUMNS.get(name, _TEXT) for name in VerdictRow._fields[1:-3]]),
            schema.nullable_schema(_type_tree()),
            schema.list_schema(schema.tuple_schema([_values(NameSource), _TEXT])),
            schema.list_schema(_TEXT),
            schema.list_schema(_DETECTION),
            schema.list_schema(_UNSCANNED),
        ]
    )
)
