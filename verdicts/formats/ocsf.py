"""A verdict as a Detection Finding (class 2004) of the Open Cybersecurity Schema Framework 1.6.

Its profile is `security_control`: what was found and what was done about it are one event.
"""

from collections.abc import Mapping

from verdicts.formats import view
from verdicts.formats.malware_names import read_name

OCSF_VERSION = "1.6.0"
SEVERITY = {"clean": 1, "unknown": 2, "suspicious": 3, "malicious": 4}
SEVERITY_WORDS = ("Unknown", "Informational", "Low", "Medium", "High", "Critical")
CRITICAL = 5
DENIED = {"block": 2, "hold": 3, "cut": 6}
"""`disposition_id` of what was stopped: Blocked, Quarantined, Dropped."""
ACTIONS = ("Unknown", "Allowed", "Denied", "Observed")
DISPOSITIONS = {
    1: "Allowed",
    2: "Blocked",
    3: "Quarantined",
    6: "Dropped",
    15: "Detected",
    17: "Logged",
}
OBSERVABLES = {2: "IP Address", 4: "User Name", 6: "URL String", 7: "File Name", 8: "Hash"}


def ocsf(row: Mapping[str, object]) -> dict[str, object]:
    """Return the event; times are milliseconds since 1970 UTC."""
    verdict = view.read(row)
    now, headline = view.milliseconds(verdict), view.headline(verdict)
    found, severity = view.alarming(verdict), _severity(verdict)
    action, disposition = _outcome(verdict)
    event: dict[str, object] = {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200401,
        "type_name": "Detection Finding: Create",
        "time": now,
        "severity_id": severity,
        "severity": SEVERITY_WORDS[severity],
        "status_id": 1,
        "status": "New",
        "message": headline,
        "is_alert": bool(found) or view.is_stopped(verdict),
        "action_id": action,
        "action": ACTIONS[action],
        "disposition_id": disposition,
        "disposition": DISPOSITIONS[disposition],
        "policy": {"name": verdict["clause"], "version": verdict["ruleset"]},
        "metadata": {
            "version": OCSF_VERSION,
            "uid": verdict["id"],
            "event_code": view.event_code(verdict),
            "log_name": "verdicts",
            "original_time": verdict["time"],
            "profiles": ["security_control"],
            "product": {
                "name": view.PRODUCT,
                "vendor_name": view.PRODUCT,
                "version": view.product_version(),
            },
        },
        "finding_info": _finding(verdict, headline, found, now),
        "evidences": [_evidence(verdict)],
        "malware_scan_info": _scan(verdict, found, now),
        "observables": _observables(verdict),
        "unmapped": {
            key: row[key]
            for key in ("channel", "direction", "service", "node", "enforced", "wanted")
        },
    }
    if found:
        event["malware"] = [_malware(verdict, one) for one in found]
    return event


def _severity(row: view.VerdictRow) -> int:
    """Malicious and let through is critical."""
    severity = SEVERITY[row["level"]]
    return CRITICAL if severity == SEVERITY["malicious"] and not view.is_stopped(row) else severity


def _outcome(row: view.VerdictRow) -> tuple[int, int]:
    """Return `action_id` and `disposition_id`."""
    if view.is_stopped(row):
        return 2, DENIED[row["action"]]
    if row["wanted"] != "allow":
        return 3, 15  # only observed, and it would have been stopped
    return 1, 1 if row["level"] == "clean" else 17


def _finding(
    row: view.VerdictRow, title: str, found: list[view.FoundRow], now: int
) -> dict[str, object]:
    finding: dict[str, object] = {
        "uid": row["id"],
        "title": title,
        "created_time": now,
        "types": list(dict.fromkeys(one["code"] for one in found)) or [view.event_code(row)],
        "data_sources": ["ICAP"],
    }
    if found:
        finding["analytic"] = _analytic(found[0])
        if found[0]["detail"]:
            finding["desc"] = found[0]["detail"]
    if found[1:]:
        finding["related_analytics"] = list(map(_analytic, found[1:]))
    return finding


def _analytic(one: view.FoundRow) -> dict[str, object]:
    return {
        "name": one["name"],
        "uid": one["name"],
        "category": one["code"],
        "type_id": 1,
        "type": "Rule",
    }


def _malware(row: view.VerdictRow, one: view.FoundRow) -> dict[str, object]:
    kind = read_name(one["code"], one["name"]).kind
    severity = SEVERITY[one["level"]]
    return {
        "name": one["name"],
        "uid": one["name"],
        "provider": one["scanner"],
        "classification_ids": [kind.ocsf],
        "classifications": [kind.stix.title()],
        "severity_id": severity,
        "severity": SEVERITY_WORDS[severity],
        "num_infected": 1,
        "files": [_file(row)],
    }


def _file(row: view.VerdictRow) -> dict[str, object]:
    file: dict[str, object] = {
        "name": view.file_name(row, 1024) or "unknown",  # required by the schema
        "type_id": 1,
        "type": "Regular File",
        "size": row["size"],
    }
    if mime := view.mime_type(row):
        file["mime_type"] = mime
    if row["sha256"]:
        file["hashes"] = [{"algorithm_id": 3, "algorithm": "SHA-256", "value": row["sha256"]}]
    return file


def _evidence(row: view.VerdictRow) -> dict[str, object]:
    evidence: dict[str, object] = {"file": _file(row)}
    if row["user"]:
        evidence["user"] = {"name": row["user"]}
    if address := view.address(row["client_ip"]):
        evidence["src_endpoint"] = {"ip": str(address)}
    if place := view.place(row["url"]):
        evidence["url"] = {
            "url_string": place.whole,
            "hostname": place.host,
            "path": place.parts.path,
            "scheme": place.parts.scheme,
        }
    return evidence


def _scan(row: view.VerdictRow, found: list[view.FoundRow], now: int) -> dict[str, object]:
    return {
        "uid": row["id"],
        "name": "Inspection of a transfer",
        "type_id": 99,
        "type": "Transfer",
        "start_time": now,
        "end_time": now + int(row["scan_ms"]),
        "num_files": 1,
        "num_infected": int(row["level"] == "malicious"),
        "unique_malware_count": len({one["name"] for one in found}),
        "size": row["size"],
    }


def _observables(row: view.VerdictRow) -> list[dict[str, object]]:
    address = view.address(row["client_ip"])
    named = (
        (2, "evidences[].src_endpoint.ip", str(address) if address else ""),
        (4, "evidences[].user.name", row["user"]),
        (6, "evidences[].url.url_string", row["url"] if view.place(row["url"]) else ""),
        (7, "evidences[].file.name", view.file_name(row, 1024)),
        (8, "evidences[].file.hashes[].value", row["sha256"]),
    )
    return [
        {"type_id": kind, "type": OBSERVABLES[kind], "name": name, "value": value}
        for kind, name, value in named
        if value
    ]
