"""Which scope a path is in; what is in none no limited key can reach."""

import pytest

from api.route_scopes import in_scope, scope_of
from verdicts.ledger.access.scopes import Scope


@pytest.mark.parametrize(
    "path, scope",
    [
        ("/v1/verdicts", Scope.VERDICTS),
        ("/v1/verdicts/x/feedback", Scope.VERDICTS),
        ("/v1/rulesets/x", Scope.RULES),
        ("/metrics", Scope.METRICS),
        ("/v1/verdictsx", None),
        ("/v1/", None),
        ("/v1", None),
        ("/metrics/x", None),
        ("/x/v1/verdicts", None),
        ("/", None),
    ],
)
def test_scope_of(path: str, scope: Scope | None) -> None:
    assert scope_of(path) is scope
    assert in_scope((), path)
    assert in_scope(tuple(Scope), path) == (scope is not None)


def test_the_description_is_for_every_key() -> None:
    assert in_scope((Scope.STATS,), "/openapi.json")
    assert not in_scope((Scope.STATS,), "/v1/keys")


def test_a_scope_of_a_later_version_opens_nothing() -> None:
    assert not in_scope(("tomorrow",), "/v1/stats/summary")
    assert not in_scope(("tomorrow",), "/v1/tomorrow")
