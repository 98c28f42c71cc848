"""What a person or a program reads instead of a blocked file: HTML, or JSON for who prefers it."""

import json
from pathlib import Path

import jinja2

from icap_server.findings import MAX_SHOWN, findings
from scanners.model import DetectionLevel, Reason
from verdicts.model import Ruling, Transfer, Verdict

MAX_NAME = 200
"""Characters of one name; the verdict log has it whole."""
MAX_DEPTH = 6
"""Names of one path."""
ELLIPSIS = "…"
MemberPath = tuple[str, ...]
_TEMPLATE = jinja2.Environment(autoescape=True, trim_blocks=True).from_string(
    Path(__file__).with_suffix(".html").read_text("utf-8")
)
GAPS = {
    Reason.ENCRYPTED: "It is protected with a password, so it could not be inspected.",
    Reason.TOO_LARGE: "It is larger than what can be inspected.",
    Reason.TOO_DEEP: "It holds archives within archives, more than can be inspected.",
    Reason.TOO_MANY: "It holds more files than can be inspected.",
    Reason.MALFORMED: "It is damaged or made so that its contents cannot be listed.",
    Reason.ENGINE_DOWN: "It could not be inspected because a scanner is not available now.",
    Reason.CRASHED: "It could not be inspected because a scanner failed on it.",
    Reason.TIMED_OUT: "Its inspection took too long.",
}


def block_page(ruling: Ruling, transfer: Transfer) -> tuple[bytes, str]:
    """Return body and media type of the page that names the parts, reasons and the transfer."""
    found = findings(ruling.verdict)
    shown = [(_cut_path(finding.path), _cut(finding.reason)) for finding in found[:MAX_SHOWN]]
    more = len(found) - len(shown)
    if transfer.prefers_json:
        document = {
            "blocked": True,
            "transfer": transfer.id,
            "clause": ruling.clause,
            "file": _cut(transfer.file_name),
            "reasons": list(dict.fromkeys(reason for _, reason in shown)),
            "parts": [{"path": path, "reason": reason} for path, reason in shown],
            "more": more,
        }
        return json.dumps(document).encode(), "application/json"
    page = _TEMPLATE.render(
        sentence=_sentence(ruling.verdict),
        file_name=_cut(transfer.file_name),
        host=_cut(transfer.host),
        channel=transfer.channel,
        parts=_by_part(shown),
        more=more,
        clause=ruling.clause,
        transfer_id=transfer.id,
    )
    return page.encode("utf-8", "replace"), "text/html; charset=utf-8"


def _by_part(shown: list[tuple[MemberPath, str]]) -> list[tuple[MemberPath, list[str]]]:
    """Return the reasons of each part, parts in the order of their worst finding."""
    parts: dict[MemberPath, list[str]] = {}
    for path, reason in shown:
        parts.setdefault(path, []).append(reason)
    return list(parts.items())


def _cut_path(path: MemberPath) -> MemberPath:
    """Keep the outermost names and the innermost."""
    half = MAX_DEPTH // 2
    names = path if len(path) <= MAX_DEPTH else (*path[:half], ELLIPSIS, *path[-half:])
    return tuple(map(_cut, names))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + ELLIPSIS


def _sentence(verdict: Verdict) -> str:
    levels = {detection.level for detection in verdict.detections}
    if DetectionLevel.MALICIOUS in levels:
        return "It contains malware."
    if DetectionLevel.SUSPICIOUS in levels:
        return "It is not what it pretends to be, or hides a program."
    for gap in verdict.unscanned:
        if gap.reason in GAPS:
            return GAPS[gap.reason]
    return "The policy of this network does not let it pass."
