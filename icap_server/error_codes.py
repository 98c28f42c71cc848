"""X-Error-Code: why a file could not be inspected, in the words that Symantec's scanners coined."""

from scanners.model import Reason
from verdicts.model import Verdict

CODES = {
    # Blocked for what it is: Nextcloud takes this code for an infection.
    Reason.PARTIAL: "file_type_blocked",
    Reason.STREAMING: "file_type_blocked",
    Reason.OPAQUE: "file_type_blocked",
    # Our failure, not the file's: Nextcloud knows none of these, so its upload fails.
    Reason.CRASHED: "internal_error",
    Reason.ENGINE_DOWN: "server_unavailable",
    Reason.TIMED_OUT: "scan_timeout",
    Reason.TOO_LARGE: "max_file_size_exceeded",
    Reason.TOO_MANY: "max_total_files_exceeded",
    # The file's own doing: Nextcloud accepts or refuses it as `av_block_unscannable` says.
    Reason.MALFORMED: "decode_error",
    Reason.TOO_DEEP: "max_archive_layers_exceeded",
    Reason.ENCRYPTED: "password_protected",
}
"""In this order: the first that applies is told, so that a client never excuses more than it is
told of."""


def error_code(verdict: Verdict) -> str:
    """Return the one code for all gaps of a verdict, the least excusable."""
    reasons = {unscanned.reason for unscanned in verdict.unscanned}
    return next(code for reason, code in CODES.items() if reason in reasons)
