"""What each engine says of a transfer."""

import pytest

from tests.verdicts.formats.rows import BARE, CLEAN, FOUND, GAP, WORM, Row
from verdicts.formats import view
from verdicts.formats.stix_analyses import analyses


def concluded(row: Row) -> dict[str, object]:
    made = analyses(view.read(row), "file--x")
    assert all(kind == "malware-analysis" for kind, _, _ in analyses(view.read(row), None))
    return {product: fields["result"] for _, product, fields in made}


@pytest.mark.parametrize(
    "row, expected",
    [
        (WORM, {"douane": "malicious", "clamav": "benign", "yara": "malicious"}),
        (CLEAN, {"douane": "benign", "clamav": "benign", "yara": "benign"}),
        (GAP, {"douane": "unknown", "clamav": "unknown", "yara": "benign"}),
        (BARE, {"douane": "unknown"}),
    ],
)
def test_each_engine_says_its_own(row: Row, expected: dict[str, object]) -> None:
    assert concluded(row) == expected


def test_versions() -> None:
    fields = {product: fields for _, product, fields in analyses(view.read(WORM), "file--x")}
    assert fields["clamav"] == {
        "product": "clamav",
        "sample_ref": "file--x",
        "analysis_engine_version": "1.4.6",
        "analysis_definition_version": "27000",
        "result": "benign",
    }
    assert fields["yara"]["result_name"] == FOUND["name"]
    assert fields["yara"]["analysis_definition_version"] == WORM["ruleset"]
    assert fields["douane"]["version"] == view.product_version()


def test_without_a_sample_none_is_named() -> None:
    assert all("sample_ref" not in fields for _, _, fields in analyses(view.read(WORM), None))
