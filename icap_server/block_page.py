"""What a person or a program reads instead of a blocked file: HTML, or JSON for who prefers it."""

import json
from pathlib import Path

import jinja2

from scanners.model import DetectionLevel, Reason
from verdicts.model import Ruling, Transfer, Verdict

MAX_REASONS = 5
_TEMPLATE = jinja2.Environment(autoescape=True).from_string(
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
    """Return body and media type of the page that names the reasons and the transfer."""
    reasons = block_reasons(ruling.verdict)
    if transfer.prefers_json:
        document = {
            "blocked": True,
            "transfer": transfer.id,
            "clause": ruling.clause,
            "reasons": reasons,
        }
        return json.dumps(document).encode(), "application/json"
    page = _TEMPLATE.render(
        sentence=_sentence(ruling.verdict),
        file_name=transfer.file_name,
        host=transfer.host,
        channel=transfer.channel,
        reasons=reasons,
        clause=ruling.clause,
        transfer_id=transfer.id,
    )
    return page.encode("utf-8", "replace"), "text/html; charset=utf-8"


def block_reasons(verdict: Verdict) -> list[str]:
    """Return what was found and what could not be inspected, worst first, at most five."""
    weighty = [d for d in verdict.detections if d.level is not DetectionLevel.INFO]
    found = [f"{d.code.value} {d.name}" for d in weighty]
    gaps = dict.fromkeys(f"unscanned.{u.reason.value}" for u in verdict.unscanned)
    return [*dict.fromkeys(found), *gaps][:MAX_REASONS]


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
