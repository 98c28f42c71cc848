"""Rows of the log as the verdict JSON of the API."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from verdicts.ledger.schema import VERDICT
from verdicts.record import id_text, rfc3339

FIELDS = (*(column.name for column in VERDICT.c), "detections", "unscanned")
"""All that is shown of a verdict."""
_SHOWN: Mapping[str, Callable[[Any], object]] = {
    "id": lambda key: id_text(bytes(key)),
    "time": rfc3339,
    "types": lambda text: json.loads(text) if text else None,
    "other_names": lambda text: [
        {"source": source, "name": name} for source, name in (json.loads(text) if text else [])
    ],
    "other_types": lambda text: json.loads(text) if text else [],
}
Row = Mapping[str, object]


def as_json(
    verdict: Row,
    detections: Sequence[Row],
    unscanned: Sequence[Row],
    wanted: Collection[str] = FIELDS,
) -> dict[str, object]:
    """Return what is wanted of what `record.as_row` gave for the same record.

    The rows come in scanners' order.
    """
    found = {
        "detections": lambda: [
            _found(one, "code", "scanner", "name", "level", "path", "detail") for one in detections
        ],
        "unscanned": lambda: [_found(one, "scanner", "reason", "path") for one in unscanned],
    }
    return {
        name: found[name]() if name in found else _SHOWN.get(name, _same)(verdict[name])
        for name in wanted
    }


def _same(value: object) -> object:
    return value


def _found(row: Row, *names: str) -> dict[str, object]:
    return {name: json.loads(str(row[name])) if name == "path" else row[name] for name in names}
