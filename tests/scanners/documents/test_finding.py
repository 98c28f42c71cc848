"""Findings become detections; what they quote stays bearable."""

from scanners.documents.finding import Finding, quote
from scanners.model import Code, DetectionLevel


def test_detection() -> None:
    finding = Finding(Code.DOCUMENT_MACRO, "word", "said")
    detection = finding.detection("scanner", ("a", "b"))
    assert (detection.scanner, detection.name, detection.path) == ("scanner", "word", ("a", "b"))
    assert detection.level is DetectionLevel.SUSPICIOUS


def test_harmless_is_info() -> None:
    finding = Finding(Code.DOCUMENT_EXTERNAL, "word", "said", harmless=True)
    assert finding.detection("scanner", ()).level is DetectionLevel.INFO


def test_quote() -> None:
    assert quote("a\r\nb\u202ec") == "a  b c"
    assert quote("a" * 200) == "a" * 200
    assert quote("a" * 201) == "a" * 200 + "…"
    assert quote("a" * 10_000_000, 3) == "aaa…"
