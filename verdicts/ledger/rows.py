"""A verdict record as database rows, and back to the verdict JSON of the API."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from scanners.model import Detection, Unscanned
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes, id_text, microseconds, rfc3339, true_type, types_row

Value: TypeAlias = str | bytes | int | float | bool | None
Row: TypeAlias = dict[str, Value]


def verdict_row(record: VerdictRecord) -> Row:
    transfer, ruling = record.transfer, record.ruling
    verdict = ruling.verdict
    return {
        "id": id_bytes(transfer.id),
        "time": microseconds(transfer.received_at),
        "node": record.node,
        "service": transfer.service,
        "direction": transfer.direction.value,
        "action": ruling.action.value,
        "wanted": ruling.wanted.value,
        "clause": ruling.clause,
        "enforced": ruling.enforced,
        "level": verdict.level.name.lower(),
        "channel": transfer.channel,
        "user": transfer.user,
        "client_ip": transfer.client_ip,
        "url": transfer.url,
        "file_name": transfer.file_name,
        "declared_type": transfer.declared_type,
        "true_type": true_type(verdict.types),
        "size": record.size,
        "sha256": record.sha256,
        "types": _dump(types_row(verdict.types)) if verdict.types else "",
        "ruleset": verdict.ruleset,
        "clamav": verdict.clamav,
        "scan_ms": record.scan_ms,
        "cached": record.cached,
    }


def detection_row(verdict: Row, position: int, found: Detection) -> Row:
    return {
        "verdict": verdict["id"],
        "position": position,
        "time": verdict["time"],
        "code": found.code.value,
        "scanner": found.scanner,
        "name": found.name,
        "level": found.level.value,
        "path": _dump(found.path),
        "detail": found.detail,
    }


def unscanned_row(verdict: Row, position: int, part: Unscanned) -> Row:
    return {
        "verdict": verdict["id"],
        "position": position,
        "time": verdict["time"],
        "scanner": part.scanner,
        "reason": part.reason.value,
        "path": _dump(part.path),
    }


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
    row["detections"] = [
        _found(found, "code", "scanner", "name", "level", "path", "detail") for found in detections
    ]
    row["unscanned"] = [_found(part, "scanner", "reason", "path") for part in unscanned]
    return row


def _found(row: dict[str, object], *names: str) -> dict[str, object]:
    return {name: json.loads(str(row[name])) if name == "path" else row[name] for name in names}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
