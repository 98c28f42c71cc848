"""Host patterns: exact, or all subdomains."""

import pytest

from verdicts.hosts import matching_patterns, require_host_pattern


@pytest.mark.parametrize(
    "host, patterns",
    [
        ("a.b.example", ["a.b.example", "*.b.example", "*.example"]),
        ("localhost", ["localhost"]),
        ("192.0.2.7", ["192.0.2.7", "*.0.2.7", "*.2.7", "*.7"]),
        ("", [""]),
    ],
)
def test_matching_patterns(host: str, patterns: list[str]) -> None:
    assert list(matching_patterns(host)) == patterns


@pytest.mark.parametrize(
    "text", ["a.example", "*.a.example", "192.0.2.7", "2001:db8::1", "xn--a_b"]
)
def test_a_pattern(text: str) -> None:
    assert require_host_pattern(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "*", "*.", "a.*", "*a.example", "a.example.", "A.example", "a.example/x", "a b", "."],
)
def test_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match="is no host: write it in lower case without scheme"):
        require_host_pattern(text)
