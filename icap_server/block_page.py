"""What a person or a program reads instead of a blocked file: HTML, or JSON for who prefers it."""

import json
from pathlib import Path

import jinja2

from icap_server.findings import MAX_SHOWN, Finding, findings
from scanners.model import DetectionLevel, Reason
from verdicts.model import Ruling, Transfer, Verdict

MAX_NAME = 1000
"""Characters of one name; the verdict log has it whole."""
_TEMPLATE = jinja2.Environment(autoescape=True, trim_blocks=True).from_string(
    Path(__file__).with_suffix(".html").read_text("utf-8")
)
GAPS = {
    Reason.ENCRYPTED: "It is protected with a password, so it could not be inspected.",
    Reason.TOO_LARGE: "It is larger than what can be inspected.",
    Reason.MALFORMED: "It is damaged or made so that its contents cannot be listed.",
    Reason.ENGINE_DOWN: "It could not be inspected because a scanner is not available now.",
    Reason.TIMED_OUT: "Its inspection took too long.",
}


def block_page(ruling: Ruling, transfer: Transfer) -> tuple[bytes, str]:
    """Return body and media type of the page that names the parts, reasons and the transfer."""
    found = findings(ruling.verdict)
    shown = [_cut(finding.path) for finding in found[:MAX_SHOWN]]
    if transfer.prefers_json:
        document = {
            "blocked": True,
            "transfer": transfer.id,
            "clause": ruling.clause,
            "file": transfer.file_name[:MAX_NAME],
            "reasons": list(dict.fromkeys(finding.reason for finding in found[:MAX_SHOWN])),
            "parts": [
                {"path": path, "reason": finding.reason} for path, finding in zip(shown, found)
            ],
            "more": len(found) - len(shown),
        }
        return json.dumps(document).encode(), "application/json"
    page = _TEMPLATE.render(
        sentence=_sentence(ruling.verdict),
        file_name=transfer.file_name[:MAX_NAME],
        host=transfer.host,
        channel=transfer.channel,
        parts=_by_part(found[:MAX_SHOWN]),
        more=len(found) - len(shown),
        clause=ruling.clause,
        transfer_id=transfer.id,
    )
    return page.encode("utf-8", "replace"), "text/html; charset=utf-8"


def _by_part(found: list[Finding]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return the reasons of each part, parts in the order of their worst finding."""
    parts: dict[tuple[str, ...], list[str]] = {}
    for finding in found:
        parts.setdefault(_cut(finding.path), []).append(finding.reason[:MAX_NAME])
    return list(parts.items())


def _cut(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[:MAX_NAME] for name in path)


def _sentence(verdict: Verdict) -> str:
    levels = {detection.level for detection in verdict.detections}
    if DetectionLevel.MALICIOUS in levels:
        return "It contains malware."
    if DetectionLevel.SUSPICIOUS in levels:
        return "It is not what it pretends to be, or hides a program."
    for gap in verdict.unscanned:
        if gap.reason in GAPS:
            return GAPS[gap.reason]
    return "The rules of this network do not let it pass."
