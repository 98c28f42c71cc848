"""Which scope a route belongs to: what a limited key may reach, within its role."""

from verdicts.ledger.access.scopes import Scope

ROOT = "/v1/"
SCOPES = {
    "verdicts": Scope.VERDICTS,
    "files": Scope.VERDICTS,
    "stats": Scope.STATS,
    "scans": Scope.SCANS,
    "rules": Scope.RULES,
    "rulesets": Scope.RULES,
    "policy": Scope.RULES,
    "allowlist": Scope.RULES,
    "blocklist": Scope.RULES,
    "events": Scope.EVENTS,
    "sinks": Scope.EVENTS,
    "selftest": Scope.HEALTH,
    "keys": Scope.KEYS,
    "audit": Scope.AUDIT,
    "erasures": Scope.PRIVACY,
}
"""By the first word of a path below /v1.  What is not here no limited key can reach."""
OUTSIDE = {"/metrics": Scope.METRICS}
FREE = ("/openapi.json",)
"""For every key: it holds nothing but the description of this API."""


def scope_of(path: str) -> Scope | None:
    """Return the scope of a route's path; None if it is in none."""
    if path.startswith(ROOT):
        return SCOPES.get(path.removeprefix(ROOT).split("/", 1)[0])
    return OUTSIDE.get(path)


def in_scope(scopes: tuple[str, ...], path: str) -> bool:
    """Tell if a key with these scopes may reach the path, as far as its role lets it."""
    return not scopes or path in FREE or scope_of(path) in scopes
