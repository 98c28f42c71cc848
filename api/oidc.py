"""Bearer tokens of an OIDC issuer: who it is, and which role it gives.  RFC 7519, RFC 8725."""

from collections.abc import Mapping

import jwt

from api.issuer import ALGORITHMS, Issuer
from api.oidc_settings import OidcSettings
from verdicts.ledger.access.key_table import TOKEN_START, ApiKey
from verdicts.ledger.questions import Role

TOKEN_BYTES = 16 * 1024
"""Those with hundreds of groups have half of it."""
SUBJECT_LENGTH = 255
"""OpenID Connect Core §2."""
NAME_LENGTH = 256
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
SECOND = 1_000_000


class BadToken(Exception):
    """It proves nothing; the text says why, for the log."""


class NoRole(Exception):
    """It is right, and gives no role here."""


class TokenCheck:
    """Belongs to one event loop, as its issuer does."""

    def __init__(self, settings: OidcSettings, issuer: Issuer) -> None:
        self._settings = settings
        self._issuer = issuer
        words = (settings.viewer_roles, settings.analyst_roles, settings.admin_roles)
        self._words = dict(zip(Role, map(frozenset, words)))

    async def identity(self, token: str) -> ApiKey:
        """Return whom the token speaks for, as if it were a key that ends with the token.

        Raise BadToken, NoRole, IssuerAway.
        """
        if len(token) > TOKEN_BYTES:
            raise BadToken("too long")
        try:
            claims = await self._claims(token)
            expires = int(claims["exp"]) + self._settings.clock_skew_seconds  # type: ignore[call-overload]
            created = int(claims["iat"])  # type: ignore[call-overload]
        except jwt.PyJWTError as error:
            raise BadToken(type(error).__name__) from None
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise BadToken("malformed") from None
        subject = claims["sub"]
        if not _is_name(subject, SUBJECT_LENGTH):
            raise BadToken("no subject that could be shown")
        role = self._role(claims)
        if role is None:
            raise NoRole(f"claim {self._settings.role_claim}")
        named = claims.get(self._settings.name_claim)
        return ApiKey(
            prefix=f"{TOKEN_START}{subject}",
            name=str(named if _is_name(named, NAME_LENGTH) else subject),
            role=role,
            created=created * SECOND,
            expires=expires * SECOND,
            revoked=None,
            last_used=None,
        )

    async def _claims(self, token: str) -> dict[str, object]:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str):
            raise BadToken("no algorithm that counts, or no key id")
        key = await self._issuer.key(kid)
        if key is None:
            raise BadToken("the issuer has no such key")
        if key.algorithm_name != algorithm:
            raise BadToken("the key is for another algorithm")
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=self._settings.clock_skew_seconds,
            options={"require": REQUIRED},
        )

    def _role(self, claims: Mapping[str, object]) -> Role | None:
        """Return the highest role that one of the words gives."""
        found = _claim(claims, self._settings.role_claim)
        listed = found if isinstance(found, list) else [found]
        words = {one for one in listed if isinstance(one, str)}
        return next((role for role in reversed(Role) if words & self._words[role]), None)


def looks_like_token(credential: str) -> bool:
    """Tell a token from one of our keys, which have no dots."""
    return credential.count(".") == 2


def _claim(claims: Mapping[str, object], name: str) -> object:
    """Return a claim by its name, or by the way to it with dots between."""
    if name in claims:
        return claims[name]
    found: object = claims
    for word in name.split("."):
        found = found.get(word) if isinstance(found, dict) else None
    return found


def _is_name(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()
