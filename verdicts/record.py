"""A verdict record within bounds, and as the verdict JSON of the API; its id and times."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from scanners.model import Detection, DetectionLevel, Level, TypeNode, Unscanned
from verdicts.model import OtherName, Transfer, VerdictRecord

KEPT = 100
"""Detections, and unscanned parts, kept of one record; the worst ones."""
KEPT_NAMES = 8
"""Other names, and other declared types, kept of one record: as many as the door gives."""
KEPT_TYPES = 256
"""Nodes kept of a type tree."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEVEL_WORDS = {level: level.name.lower() for level in Level}
"""What the API and the log call the levels."""


def id_bytes(transfer_id: str) -> bytes:
    """Return the 16 bytes of a transfer id; raise ValueError if it is none."""
    data = bytes.fromhex(transfer_id.replace("-", ""))
    if len(data) != 16 or len(transfer_id) != 36:
        raise ValueError("not a transfer id")
    return data


def id_text(data: bytes) -> str:
    return str(UUID(bytes=bytes(data)))


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970 UTC: how the ledger stores times."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def rfc3339(stamp: int) -> str:
    """Return a stored time as RFC 3339 in UTC, always with six digits of fraction."""
    moment = EPOCH + timedelta(microseconds=stamp)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def clipped(record: VerdictRecord) -> VerdictRecord:
    """Return the record within bounds: indexed texts ≤ 256 characters, lists ≤ KEPT."""
    verdict = record.ruling.verdict
    verdict = replace(
        verdict,
        detections=tuple(map(_clip_detection, _worst(verdict.detections))),
        unscanned=tuple(map(_clip_unscanned, verdict.unscanned[:KEPT])),
        types=verdict.types and _clip_types(verdict.types, [KEPT_TYPES]),
        ruleset=_clip(verdict.ruleset),
        clamav=_clip(verdict.clamav),
    )
    ruling = replace(record.ruling, clause=_clip(record.ruling.clause), verdict=verdict)
    return replace(record, transfer=_clip_transfer(record.transfer), ruling=ruling)


def as_row(record: VerdictRecord) -> dict[str, object]:
    """Return the verdict as the API shows it; every text in it is untrusted."""
    transfer, ruling = record.transfer, record.ruling
    verdict = ruling.verdict
    return {
        "id": transfer.id,
        "time": rfc3339(microseconds(transfer.received_at)),
        "node": record.node,
        "service": transfer.service,
        "direction": transfer.direction.value,
        "action": ruling.action.value,
        "wanted": ruling.wanted.value,
        "clause": ruling.clause,
        "enforced": ruling.enforced,
        "level": LEVEL_WORDS[verdict.level],
        "channel": transfer.channel,
        "user": transfer.user,
        "client_ip": transfer.client_ip,
        "url": transfer.url,
        "file_name": transfer.file_name,
        "other_names": [
            {"source": other.source.value, "name": other.name} for other in transfer.other_names
        ],
        "declared_type": transfer.declared_type,
        "other_types": list(transfer.other_types),
        "true_type": true_type(verdict.types),
        "size": record.size,
        "sha256": record.sha256,
        "detections": [
            {
                "code": found.code.value,
                "scanner": found.scanner,
                "name": found.name,
                "level": found.level.value,
                "path": list(found.path),
                "detail": found.detail,
            }
            for found in verdict.detections
        ],
        "unscanned": [
            {"scanner": part.scanner, "reason": part.reason.value, "path": list(part.path)}
            for part in verdict.unscanned
        ],
        "types": verdict.types and types_row(verdict.types),
        "ruleset": verdict.ruleset,
        "clamav": verdict.clamav,
        "scan_ms": record.scan_ms,
        "cached": record.cached,
    }


def true_type(types: TypeNode | None) -> str:
    """Return our word for what the file is; empty if no worker could say."""
    return types.file_type.name if types else ""


def types_row(node: TypeNode) -> dict[str, object]:
    return {
        "type": node.file_type.name,
        "mime": node.file_type.mime,
        "family": node.file_type.family.value,
        "kind": node.file_type.kind,
        "name": node.name,
        "children": [types_row(child) for child in node.children],
    }


def _worst(detections: tuple[Detection, ...]) -> Iterable[Detection]:
    if len(detections) <= KEPT:
        return detections
    order = (DetectionLevel.MALICIOUS, DetectionLevel.SUSPICIOUS, DetectionLevel.INFO)
    return sorted(detections, key=lambda found: order.index(found.level))[:KEPT]


def _clip(text: str, length: int = 256) -> str:
    """Return at most `length` characters that every database takes."""
    kept = text[:length].replace("\0", "\ufffd")
    return kept.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _clip_all(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the innermost names of a path."""
    return tuple(_clip(text) for text in texts[-8:])


def _clip_transfer(transfer: Transfer) -> Transfer:
    return replace(
        transfer,
        service=_clip(transfer.service),
        url=_clip(transfer.url, 4096),
        host=_clip(transfer.host),
        channel=_clip(transfer.channel),
        client_ip=_clip(transfer.client_ip),
        user=_clip(transfer.user),
        groups=tuple(_clip(group) for group in transfer.groups[:KEPT]),
        file_name=_clip(transfer.file_name, 1024),
        declared_type=_clip(transfer.declared_type),
        parameters=(),
        codings=_clip_all(transfer.codings),
        other_names=tuple(map(_clip_name, transfer.other_names[-KEPT_NAMES:])),
        other_types=tuple(map(_clip, transfer.other_types[-KEPT_NAMES:])),
    )


def _clip_name(other: OtherName) -> OtherName:
    return replace(other, name=_clip(other.name, 1024))


def _clip_detection(found: Detection) -> Detection:
    return replace(
        found,
        scanner=_clip(found.scanner),
        name=_clip(found.name),
        path=_clip_all(found.path),
        detail=_clip(found.detail, 512),
    )


def _clip_unscanned(part: Unscanned) -> Unscanned:
    return replace(part, scanner=_clip(part.scanner), path=_clip_all(part.path))


def _clip_types(node: TypeNode, left: list[int], depth: int = 0) -> TypeNode:
    left[0] -= 1
    children = []
    for child in node.children if depth < 50 else ():
        if left[0] <= 0:
            break
        children.append(_clip_types(child, left, depth + 1))
    file_type = replace(
        node.file_type,
        name=_clip(node.file_type.name),
        mime=_clip(node.file_type.mime),
        kind=_clip(node.file_type.kind),
    )
    return replace(node, file_type=file_type, name=_clip(node.name), children=tuple(children))
