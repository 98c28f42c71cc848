"""The only exceptions a scanner may raise.  Anything else is a bug (Reason.CRASHED)."""

from scanners.model import Reason


class ScannerError(Exception):
    """A scanner could not do its work on this content; the walk makes it an `Unscanned`."""

    reason = Reason.CRASHED


class ContentMalformed(ScannerError):
    reason = Reason.MALFORMED


class ContentTooLarge(ScannerError):
    reason = Reason.TOO_LARGE


class ContentTooDeep(ScannerError):
    reason = Reason.TOO_DEEP


class TooManyMembers(ScannerError):
    reason = Reason.TOO_MANY


class DeadlinePassed(ScannerError):
    reason = Reason.TIMED_OUT


class EngineDown(ScannerError):
    reason = Reason.ENGINE_DOWN
