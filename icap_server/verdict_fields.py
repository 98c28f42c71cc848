"""Header fields that tell of a verdict, as a profile wants them."""

from collections.abc import Callable, Mapping, Sequence

from icap_server.findings import MAX_SHOWN, Finding, describe, findings, infection_type
from icap_server.profile import Profile, UnscannableStyle, VerdictField
from verdicts.model import Ruling, Transfer, Verdict

NOT_REPAIRED, RESOLVED_BY_BLOCKING = 0, 2


def verdict_fields(ruling: Ruling, transfer: Transfer, profile: Profile) -> list[tuple[str, str]]:
    """Return the fields of a blocked answer; never to be sent with a clean one (toolarium)."""
    fields: list[tuple[str, str]] = [
        (name.value, VALUES[name](ruling, profile)) for name in profile.verdict_fields
    ]
    if profile.violations:
        fields.append(("X-Violations-Found", _violations(findings(ruling.verdict), transfer)))
    return fields


def field_names(profile: Profile) -> list[str]:
    """Return the names of all X- fields that answers about a verdict may carry."""
    names = [name.value for name in profile.verdict_fields]
    if profile.violations:
        names.append("X-Violations-Found")
    if profile.unscannable is UnscannableStyle.ERROR:
        names.append("X-Error-Code")
    return [*names, "X-Douane-Transfer"]


def _infection_found(ruling: Ruling, profile: Profile) -> str:
    """rspamd wants one blank after each ";" and the last ";" too."""
    stated = profile.unscannable_type if ruling.for_gap else infection_type(ruling.verdict)
    return f"Type={stated}; Resolution={RESOLVED_BY_BLOCKING}; Threat={_threat(ruling.verdict)};"


def _threat(verdict: Verdict) -> str:
    return next((finding.threat for finding in findings(verdict)), "policy")


VALUES: Mapping[VerdictField, Callable[[Ruling, Profile], str]] = {
    VerdictField.INFECTION_FOUND: _infection_found,
    VerdictField.VIRUS_ID: lambda ruling, _: _threat(ruling.verdict),
    VerdictField.VIRUS_NAME: lambda ruling, _: _threat(ruling.verdict),
    VerdictField.RESPONSE_INFO: lambda *_: "Blocked",
    VerdictField.RESPONSE_DESC: lambda ruling, _: describe(ruling.verdict),
    VerdictField.BLOCKED: lambda ruling, _: _threat(ruling.verdict),
    VerdictField.BLOCK_REASON: lambda ruling, _: describe(ruling.verdict),
    VerdictField.BLOCKED_REASON: lambda ruling, _: describe(ruling.verdict),
}


def _violations(found: Sequence[Finding], transfer: Transfer) -> str:
    """Return the folded value (draft-stecher-icap-subid-00): a count, then four lines for each."""
    shown = found[:MAX_SHOWN] or [Finding((), "policy", "policy", 1)]
    lines = [str(len(shown))]
    for one in shown:
        lines += [one.file(transfer), one.threat, str(one.type), str(NOT_REPAIRED)]
    return "\r\n\t".join(lines)
