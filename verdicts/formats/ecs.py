"""A verdict as an event of the Elastic Common Schema (ECS) 8.11; version 9 knows all its fields.

What ECS has no field for is under `douane`, a name of our own as ECS asks for.
"""

from collections.abc import Mapping

from verdicts.formats import view

ECS_VERSION = "8.11.0"
RISK = {"clean": 0, "unknown": 40, "suspicious": 70, "malicious": 95}
"""`event.risk_score`, 0 to 100."""


def ecs(row: Mapping[str, object]) -> dict[str, object]:
    """Return nested objects; fields without a value are left out."""
    verdict = view.read(row)
    found = view.alarming(verdict)
    place, address = view.place(verdict["url"]), view.address(verdict["client_ip"])
    fields: dict[str, object] = {
        "@timestamp": verdict["time"],
        "ecs": {"version": ECS_VERSION},
        "message": view.headline(verdict),
        "event": _event(verdict),
        "observer": {
            "vendor": view.PRODUCT,
            "product": view.PRODUCT,
            "type": "proxy",
            "version": view.product_version(),
            "name": verdict["node"],
        },
        "file": _file(verdict),
        "rule": _rule(verdict, found),
        "url": _url(verdict["url"], place),
        "source": {
            "address": verdict["client_ip"],
            "ip": str(address) if address else "",
        },
        "user": {"name": verdict["user"]},
        "network": {
            "application": verdict["channel"].lower(),
            "direction": "outbound" if verdict["direction"] == "upload" else "inbound",
        },
        "related": {
            "hash": [verdict["sha256"]] if verdict["sha256"] else [],
            "ip": [str(address)] if address else [],
            "user": [verdict["user"]] if verdict["user"] else [],
            "hosts": [place.host] if place else [],
        },
        "douane": _own(verdict),
    }
    return _without_blanks(fields)


def _event(row: view.VerdictRow) -> dict[str, object]:
    stopped = view.is_stopped(row)
    alarm = row["level"] in ("suspicious", "malicious")
    return {
        "id": row["id"],
        "kind": "alert" if alarm or stopped else "event",
        "category": [*(["malware"] if alarm else []), "file", "network"],
        "type": ["denied" if stopped else "allowed", "info"],
        "action": row["action"],
        "outcome": "success",  # of the inspection's own act: it was carried out
        "code": view.event_code(row),
        "module": "douane",
        "dataset": "douane.verdicts",
        "provider": row["service"],
        "severity": RISK[row["level"]],
        "risk_score": float(RISK[row["level"]]),
        "duration": int(row["scan_ms"] * 1_000_000),
        "reason": f"clause {row['clause']}",
    }


def _file(row: view.VerdictRow) -> dict[str, object]:
    name = view.file_name(row, 1024)
    _, dot, extension = name.rpartition(".")
    return {
        "name": name,
        "extension": extension[:32].lower() if dot else "",
        "size": row["size"],
        "mime_type": view.mime_type(row),
        "type": "file",
        "hash": {"sha256": row["sha256"]},
    }


def _rule(row: view.VerdictRow, found: list[view.FoundRow]) -> dict[str, object]:
    """Return the rule or signature that made the level, if one did."""
    if not found:
        return {}
    worst = found[0]
    return {
        "name": worst["name"],
        "category": worst["code"],
        "description": worst["detail"],
        "ruleset": row["ruleset"],
        "version": row["clamav"] if worst["scanner"] == "clamav" else row["ruleset"],
    }


def _url(text: str, place: view.Place | None) -> dict[str, object]:
    if place is None:
        return {"original": text}
    return {
        "original": text,
        "full": text,
        "scheme": place.parts.scheme,
        "domain": place.host,
        "port": place.port,
        "path": place.parts.path,
        "query": place.parts.query,
    }


def _own(row: view.VerdictRow) -> dict[str, object]:
    return {
        "level": row["level"],
        "clause": row["clause"],
        "enforced": row["enforced"],
        "wanted": row["wanted"],
        "channel": row["channel"],
        "true_type": row["true_type"],
        "detections": [
            {"code": one["code"], "name": one["name"], "level": one["level"]}
            for one in view.worst_first(row["detections"])
        ],
        "unscanned": [
            {"scanner": part["scanner"], "reason": part["reason"]}
            for part in row["unscanned"][: view.MOST]
        ],
    }


def _without_blanks(fields: dict[str, object]) -> dict[str, object]:
    """Leave out empty texts, lists and objects, and None; 0 and False say something."""
    kept: dict[str, object] = {}
    for name, value in fields.items():
        inner = _without_blanks(value) if isinstance(value, dict) else value
        if inner is not None and inner not in ("", [], {}):
            kept[name] = inner
    return kept
