"""ClamAV's heuristic names in our words: limits and encryption are gaps, the rest malware."""

import pytest

from scanners.clamav.reply import Answer, Clean, Failed, Found, Malformed, TimedOut, Version
from scanners.clamav.reports import gap, report_of, without_opened
from scanners.model import Code, Detection, DetectionLevel, Reason, Report, Unscanned

PATH = ("mail", "a.zip")


def test_only_ok_is_an_empty_report() -> None:
    assert report_of(Clean(), PATH) == Report()


@pytest.mark.parametrize(
    "name",
    ["Win.Test.EICAR_HDB-1", "PUA.Win.Tool", "Heuristics.Phishing.Email.SSL-Spoof", "OK", "Limits"],
)
def test_a_signature_is_malicious_and_keeps_its_name(name: str) -> None:
    detection = Detection(Code.SIGNATURE_CLAMAV, "clamav", name, DetectionLevel.MALICIOUS, PATH)
    assert report_of(Found(name), PATH) == Report(detections=(detection,))


@pytest.mark.parametrize(
    "kind, reason",
    [
        ("MaxRecursion", Reason.TOO_DEEP),
        ("MaxFiles", Reason.TOO_MANY),
        ("MaxFileSize", Reason.TOO_LARGE),
        ("MaxScanSize", Reason.TOO_LARGE),
        ("MaxScanTime", Reason.TIMED_OUT),
        ("EmailHeaders", Reason.TOO_MANY),
        ("OfTomorrow", Reason.TOO_LARGE),
    ],
)
def test_a_limit_is_a_gap(kind: str, reason: Reason) -> None:
    assert report_of(Found(f"Heuristics.Limits.Exceeded.{kind}"), PATH) == gap(reason, PATH)


def test_a_dictionary_too_large_is_a_gap() -> None:
    assert report_of(Found("Heuristics.XZ.DicSizeLimit"), PATH) == gap(Reason.TOO_LARGE, PATH)


@pytest.mark.parametrize(
    "kind, code",
    [
        ("Zip", Code.ARCHIVE_ENCRYPTED),
        ("7Zip", Code.ARCHIVE_ENCRYPTED),
        ("RAR", Code.ARCHIVE_ENCRYPTED),
        ("EGG", Code.ARCHIVE_ENCRYPTED),
        ("PDF", Code.DOCUMENT_ENCRYPTED),
        ("OLE2", Code.DOCUMENT_ENCRYPTED),
    ],
)
def test_encryption_is_recorded_and_a_gap(kind: str, code: Code) -> None:
    name = f"Heuristics.Encrypted.{kind}"
    assert report_of(Found(name), PATH) == Report(
        detections=(Detection(code, "clamav", name, DetectionLevel.INFO, PATH),),
        unscanned=(Unscanned("clamav", Reason.ENCRYPTED, PATH),),
    )


@pytest.mark.parametrize(
    "answer, reason",
    [
        (None, Reason.ENGINE_DOWN),
        (Malformed("OK"), Reason.ENGINE_DOWN),
        (TimedOut(), Reason.ENGINE_DOWN),
        (Version("ClamAV 1.4.6"), Reason.ENGINE_DOWN),
        (Failed("Can't allocate memory"), Reason.ENGINE_DOWN),
        (Failed("OK"), Reason.ENGINE_DOWN),
        (Failed("INSTREAM size limit exceeded."), Reason.TOO_LARGE),
        (Failed("Exceeded time limit"), Reason.TIMED_OUT),
        (Failed("Exceeded max recursion depth"), Reason.TOO_DEEP),
        (Failed("Exceeded max scan size"), Reason.TOO_LARGE),
        (Failed("Exceeded max scan files"), Reason.TOO_MANY),
    ],
)
def test_everything_else_is_a_gap(answer: Answer | None, reason: Reason) -> None:
    assert report_of(answer, PATH) == gap(reason, PATH)


@pytest.mark.parametrize(
    "kind, unlocked, kept",
    [
        ("Zip", {"zip"}, False),
        ("Zip", {"sevenzip"}, True),
        ("Zip", set(), True),
        ("7Zip", {"sevenzip"}, False),
        ("7Zip", {"zip", "rar"}, True),
        ("RAR", {"rar", "zip"}, False),
        ("RAR", {"zip"}, True),
        ("PDF", {"pdf_encryption"}, False),
        ("PDF", {"zip", "sevenzip", "rar"}, True),
        ("EGG", {"zip", "sevenzip", "rar", "pdf_encryption"}, True),
        ("OfTomorrow", {"zip", "sevenzip", "rar", "pdf_encryption"}, True),
        ("", {"zip", ""}, True),
    ],
)
def test_what_we_opened_is_no_gap(kind: str, unlocked: set[str], kept: bool) -> None:
    said = report_of(Found(f"Heuristics.Encrypted.{kind}"), PATH)
    left = without_opened(said, frozenset(unlocked))
    assert left.detections == said.detections
    assert left.unscanned == (said.unscanned if kept else ())


@pytest.mark.parametrize(
    "answer", [None, Failed("x"), Found("Heuristics.Limits.Exceeded.MaxFiles"), Found("Win.Worm")]
)
def test_other_gaps_and_detections_stay(answer: Answer | None) -> None:
    said = report_of(answer, PATH)
    assert without_opened(said, frozenset({"zip", "rar"})) == said
