"""Why a message is blocked, part by part: what the block page and the verdict fields tell."""

import re
from dataclasses import dataclass

from scanners.model import Code, Detection, DetectionLevel, Reason
from verdicts.model import Transfer, Verdict

MAX_SHOWN = 5
"""Findings that one answer tells of; the verdict log has them all."""
MAX_THREAT = 200
MAX_FILE = 200
"""Characters of a path in a header; the page has room for it all."""
UNSAFE_IN_HEADER = re.compile(r"[^\x20-\x7e]")
UNSAFE_IN_THREAT = re.compile(r"[^\x20-\x3a\x3c-\x7e]")
VIRUS, POLICY, CONTAINER = range(3)
"""Types of a violation (draft-stecher-icap-subid-00)."""
SIGNATURES = {Code.SIGNATURE_CLAMAV, Code.SIGNATURE_YARA, Code.HASH_BLOCKED}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one part of a message, or one reason why it could not be inspected."""

    path: tuple[str, ...]
    """Names of the containers around the part and its own; (): the transferred file.  Untrusted."""
    reason: str
    """For people and programs: "signature.clamav Win.Worm-1", "unscanned.encrypted"."""
    threat: str
    """Printable ASCII without ";" (clients cut there), never empty."""
    type: int
    gap: bool = False
    """Nothing was found: the part was not inspected."""

    def file(self, transfer: Transfer) -> str:
        """Return what to call the part in a header: printable ASCII, "-" if nothing names it."""
        name = "/".join(self.path) or transfer.file_name
        return UNSAFE_IN_HEADER.sub("_", name)[:MAX_FILE].strip() or "-"


def findings(verdict: Verdict) -> list[Finding]:
    """Return each thing found that weighs and each gap, once a part, the worst first."""
    found = [d for d in verdict.detections if d.level is not DetectionLevel.INFO]
    found.sort(key=lambda detection: detection.level is not DetectionLevel.MALICIOUS)
    listed = [
        *(Finding(d.path, f"{d.code.value} {d.name}", threat_name(d), _type(d)) for d in found),
        *(_gap(unscanned.reason, unscanned.path) for unscanned in verdict.unscanned),
    ]
    return list(dict.fromkeys(listed))


def threat_name(detection: Detection) -> str:
    """Return the engine's name as clients can read it."""
    return UNSAFE_IN_THREAT.sub("_", detection.name)[:MAX_THREAT].strip() or "unnamed"


def describe(verdict: Verdict) -> str:
    """Return a few words for headers that want a text: one of a fixed set."""
    listed = findings(verdict)
    if not listed:
        return "Blocked by policy"
    if listed[0].gap:
        reasons = {unscanned.reason for unscanned in verdict.unscanned}
        return "Encrypted" if Reason.ENCRYPTED in reasons else "Could not be inspected"
    return "Infected" if infection_type(verdict) == VIRUS else "Suspicious"


def infection_type(verdict: Verdict) -> int:
    """Return 0 virus or 1 policy violation: the worst that was found; a gap alone is policy."""
    return min((one.type for one in findings(verdict) if not one.gap), default=POLICY)


def _type(detection: Detection) -> int:
    return VIRUS if detection.code in SIGNATURES else POLICY


def _gap(reason: Reason, path: tuple[str, ...]) -> Finding:
    name = f"unscanned.{reason.value}"
    return Finding(path, name, name, CONTAINER, gap=True)
