"""Weigh: join what the scanners found into one verdict.  Pure; what is done about it is policy."""

from collections.abc import Iterable
from dataclasses import replace

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Level,
    Reason,
    Report,
    Unscanned,
)
from verdicts.model import Verdict

LEVELS = {
    DetectionLevel.INFO: Level.CLEAN,
    DetectionLevel.SUSPICIOUS: Level.SUSPICIOUS,
    DetectionLevel.MALICIOUS: Level.MALICIOUS,
}
TRANSPORT = frozenset({Reason.PARTIAL, Reason.STREAMING, Reason.OPAQUE})
"""Reasons that say what was not sent to us; none of them explains why a worker is silent."""

_CODE_ORDER = {code: order for order, code in enumerate(Code)}  # an engine's own name comes first
_REASON_ORDER = {reason: order for order, reason in enumerate(Reason)}


def conclude(
    reports: Iterable[Report], examination: Examination | None, *, ruleset: str, clamav: str
) -> Verdict:
    """Return the verdict on one transferred file.  The order of the reports does not matter.

    The worst detection counts, and a gap is never clean.  `examination` is None if no worker
    could say anything; then a report has to tell why, or the verdict says `crashed`.
    Detections come worst first, then outermost first; equal ones are merged.
    """
    detections: list[Detection] = []
    unscanned: list[Unscanned] = []
    for report in reports:
        detections += report.detections
        unscanned += report.unscanned
    if examination is not None:
        detections += examination.detections
        unscanned += examination.unscanned
    elif not any(_explains_silence(part) for part in unscanned):
        unscanned.append(Unscanned("pool", Reason.CRASHED))
    level = Level.UNKNOWN if unscanned else Level.CLEAN
    for found in detections:
        level = max(level, LEVELS[found.level])
    return Verdict(
        level,
        _merge_detections(detections) if detections else (),
        _merge_unscanned(unscanned) if unscanned else (),
        examination.types if examination else None,
        ruleset,
        clamav,
    )


def as_fragment(verdict: Verdict) -> Verdict:
    """Return the verdict on a body that is a piece of a file: never clean, for the rest is unseen.

    That the piece is no whole archive or coded body, and that members cannot be read whose
    beginnings lie in another piece, is no news then; what was found in it is.
    """
    found = tuple(
        one for one in verdict.detections if one.path or one.code is not Code.ARCHIVE_AMBIGUOUS
    )
    gaps = (one for one in verdict.unscanned if one.reason is not Reason.MALFORMED)
    level = max((LEVELS[one.level] for one in found), default=Level.CLEAN)
    return replace(
        verdict,
        level=max(level, Level.UNKNOWN),
        detections=found,
        unscanned=(*gaps, Unscanned("front", Reason.PARTIAL)),
    )


def _explains_silence(part: Unscanned) -> bool:
    return part.scanner != "clamav" and part.reason not in TRANSPORT


def _merge_detections(detections: list[Detection]) -> tuple[Detection, ...]:
    """Keep one of each code, name and path: the worst."""
    detections.sort(
        key=lambda found: (
            -LEVELS[found.level],
            len(found.path),
            _CODE_ORDER[found.code],
            found.path,
            found.name,
            found.scanner,
            found.detail,
        )
    )
    kept: dict[tuple[Code, str, tuple[str, ...]], Detection] = {}
    for found in detections:
        kept.setdefault((found.code, found.name, found.path), found)
    return tuple(kept.values())


def _merge_unscanned(unscanned: list[Unscanned]) -> tuple[Unscanned, ...]:
    return tuple(
        sorted(
            set(unscanned),
            key=lambda part: (len(part.path), part.path, _REASON_ORDER[part.reason], part.scanner),
        )
    )
