"""Settings of tokens: none by default, and nothing half."""

import pytest
from pydantic import ValidationError

from api.oidc_settings import OidcSettings, may_be_asked

WHOLE = {"issuer": "https://sso.example/r", "audience": "douane", "viewer_roles": ("soc",)}


def test_none_by_default() -> None:
    assert OidcSettings().issuer == ""


@pytest.mark.parametrize("missing", ["audience", "viewer_roles"])
def test_nothing_half(missing: str) -> None:
    assert OidcSettings.model_validate(WHOLE)
    with pytest.raises(ValidationError, match=missing):
        OidcSettings.model_validate({**WHOLE, missing: "" if missing == "audience" else ()})


def test_only_over_tls() -> None:
    with pytest.raises(ValidationError, match="https"):
        OidcSettings.model_validate({**WHOLE, "issuer": "http://sso.example/r"})


@pytest.mark.parametrize(
    "url, may",
    [
        ("https://sso.example/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]:8080/x", True),
        ("http://localhost/x", True),
        ("http://localhost.example/x", False),
        ("http://127.0.0.1.example/", False),
        ("http://127.0.0.1@192.0.2.1/", False),
        ("ftp://127.0.0.1/", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://[x", False),
        ("", False),
    ],
)
def test_whom_to_ask(url: str, *, may: bool) -> None:
    assert may_be_asked(url) == may
