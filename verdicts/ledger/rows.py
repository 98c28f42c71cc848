"""Rows of the log as the verdict JSON of the API."""

import json
from collections.abc import Sequence

from verdicts.record import id_text, rfc3339


def as_json(
    verdict: dict[str, object],
    detections: Sequence[dict[str, object]],
    unscanned: Sequence[dict[str, object]],
) -> dict[str, object]:
    """Return what `record.as_row` gave for the same record; the rows come in scanners' order."""
    row = dict(verdict)
    row["id"] = id_text(bytes(row["id"]))  # type: ignore[call-overload]
    row["time"] = rfc3339(int(str(row["time"])))
    row["types"] = json.loads(str(row["types"])) if row["types"] else None
    names = json.loads(str(row["other_names"])) if row["other_names"] else []
    row["other_names"] = [{"source": source, "name": name} for source, name in names]
    row["other_types"] = json.loads(str(row["other_types"])) if row["other_types"] else []
    row["detections"] = [
        _found(found, "code", "scanner", "name", "level", "path", "detail") for found in detections
    ]
    row["unscanned"] = [_found(part, "scanner", "reason", "path") for part in unscanned]
    return row


def _found(row: dict[str, object], *names: str) -> dict[str, object]:
    return {name: json.loads(str(row[name])) if name == "path" else row[name] for name in names}
