"""What an answer of clamd means in our words: the one place that knows ClamAV's heuristic names."""

from dataclasses import replace

from scanners.clamav.reply import Answer, Clean, Failed, Found
from scanners.model import Code, Detection, DetectionLevel, Reason, Report, Unscanned

SCANNER = "clamav"

LIMITS = "Heuristics.Limits.Exceeded."
ENCRYPTED = "Heuristics.Encrypted."

_LIMIT_REASONS = {
    "MaxRecursion": Reason.TOO_DEEP,
    "MaxFiles": Reason.TOO_MANY,
    "MaxFileSize": Reason.TOO_LARGE,
    "MaxScanSize": Reason.TOO_LARGE,
    "MaxScanTime": Reason.TIMED_OUT,
    "EmailMIMEPartsPerMessage": Reason.TOO_MANY,
    "EmailMIMEArguments": Reason.TOO_MANY,
    "EmailHeaders": Reason.TOO_MANY,
    "EmailLineFoldCnt": Reason.TOO_MANY,
}
_FAILURE_REASONS = {
    "INSTREAM size limit exceeded.": Reason.TOO_LARGE,
    "Exceeded time limit": Reason.TIMED_OUT,
    "Exceeded max recursion depth": Reason.TOO_DEEP,
    "Exceeded max scan size": Reason.TOO_LARGE,
    "Exceeded max scan files": Reason.TOO_MANY,
}
"""Texts of cl_strerror in libclamav/others.c."""

OPENERS = {
    "Zip": "zip",
    "7Zip": "sevenzip",
    "RAR": "rar",
    "PDF": "pdf_encryption",
    "OLE2": "office_encryption",
}
"""What it calls a format -> our scanner that opens it with a password.  Others are never opened."""

_ENCRYPTED_DOCUMENTS = ("PDF", "Doc", "OLE2")


def gap(reason: Reason, path: tuple[str, ...]) -> Report:
    return Report(unscanned=(Unscanned(SCANNER, reason, path),))


def without_opened(report: Report, unlocked: frozenset[str]) -> Report:
    """Return the report without the gap for a container that we opened: clamd has no password.

    `unlocked` as in Extracted, of the content that clamd was asked about.  That it saw something
    encrypted stays a detection, and other formats stay gaps.
    """
    if not unlocked or not report.unscanned:
        return report
    words = {found.name.removeprefix(ENCRYPTED) for found in report.detections}
    if words and all(OPENERS.get(word) in unlocked for word in words):
        unscanned = tuple(one for one in report.unscanned if one.reason is not Reason.ENCRYPTED)
        return replace(report, unscanned=unscanned)
    return report


def report_of(answer: Answer | None, path: tuple[str, ...]) -> Report:
    """Return the report on one content; whatever is neither OK nor FOUND is a gap.

    None, no answer at all, is a gap too.
    """
    match answer:
        case Clean():
            return Report()
        case Found(name):
            return _found(name, path)
        case Failed(text):
            return gap(_FAILURE_REASONS.get(text, Reason.ENGINE_DOWN), path)
        case _:
            return gap(Reason.ENGINE_DOWN, path)


def _found(name: str, path: tuple[str, ...]) -> Report:
    if name.startswith(LIMITS):
        return gap(_LIMIT_REASONS.get(name.removeprefix(LIMITS), Reason.TOO_LARGE), path)
    if name == "Heuristics.XZ.DicSizeLimit":  # a limit by another name: nothing was unpacked
        return gap(Reason.TOO_LARGE, path)
    if name.startswith(ENCRYPTED):
        document = name.removeprefix(ENCRYPTED).startswith(_ENCRYPTED_DOCUMENTS)
        code = Code.DOCUMENT_ENCRYPTED if document else Code.ARCHIVE_ENCRYPTED
        return Report(
            detections=(Detection(code, SCANNER, name, DetectionLevel.INFO, path),),
            unscanned=(Unscanned(SCANNER, Reason.ENCRYPTED, path),),
        )
    detection = Detection(Code.SIGNATURE_CLAMAV, SCANNER, name, DetectionLevel.MALICIOUS, path)
    return Report(detections=(detection,))
