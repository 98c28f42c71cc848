"""Scanner errors: each says one reason, and no two say the same."""

from scanners import errors
from scanners.model import Reason


def test_each_error_has_its_own_reason() -> None:
    raised = [error.reason for error in errors.ScannerError.__subclasses__()]
    assert len(set(raised)) == len(raised)
    assert errors.ScannerError.reason is Reason.CRASHED, "an error that says nothing is a bug"
    assert Reason.CRASHED not in raised


def test_reasons_that_no_scanner_raises() -> None:
    """Known from the HTTP head alone, or of one member while the others are scanned: encrypted."""
    raised = {error.reason for error in errors.ScannerError.__subclasses__()}
    assert set(Reason) - raised == {
        Reason.PARTIAL,
        Reason.STREAMING,
        Reason.OPAQUE,
        Reason.ENCRYPTED,
        Reason.CRASHED,
    }
