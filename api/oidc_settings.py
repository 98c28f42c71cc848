"""Settings of bearer tokens: whose are believed, and which role each gives."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from scanners.settings import Section


class OidcSettings(Section):
    """Bearer tokens of an OpenID Connect issuer, beside our own API keys."""

    issuer: str = Field(
        "",
        description="Address of the issuer, exactly as its tokens say it in `iss`; "
        'empty: no tokens. For example "https://sso.example/realms/soc".',
    )
    audience: str = Field("", description="What `aud` of a token has to name: this service.")
    role_claim: str = Field(
        "roles",
        description="Claim with the words that give a role; dots lead into it, as in "
        "realm_access.roles.",
    )
    viewer_roles: tuple[str, ...] = Field((), description="Words that make a viewer.")
    analyst_roles: tuple[str, ...] = Field((), description="Words that make an analyst.")
    admin_roles: tuple[str, ...] = Field((), description="Words that make an admin.")
    name_claim: str = Field(
        "sub", description="Claim with the name that the audit and feedback show."
    )
    clock_skew_seconds: int = Field(
        60, ge=0, le=300, description="How far the clock of the issuer may be off."
    )
    ca: str = Field(
        "", description="PEM file of the authority that vouches for the issuer; else the system's."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.issuer:
            return self
        if not may_be_asked(self.issuer):
            raise ValueError("issuer: an address that begins with https://")
        if not self.audience:
            raise ValueError("audience: without it, tokens for other services would count here")
        if not (self.viewer_roles or self.analyst_roles or self.admin_roles):
            raise ValueError("viewer_roles, analyst_roles, admin_roles: one of them names a word")
        return self


def may_be_asked(url: str) -> bool:
    """Tell if keys may come from there: over TLS, or from this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_local(host)))


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
