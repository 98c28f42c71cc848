"""Rules and rule sets as pages: with hits, with their source, with their history."""

from typing import Any

from tests.api.pages.conftest import Visit


async def test_rules_and_their_hits(visitor: Visit, active: str) -> None:
    page = await visitor.get("/rules")
    assert "5 hits" in page
    assert "Published is its name." in page
    assert "No rule covers it" in page
    assert active[:12] in page


async def test_one_rule(visitor: Visit, active: str) -> None:
    page = await visitor.get("/rules/Worm_X")
    assert "rule Worm_X { meta: level = &#34;malicious&#34;" in page
    assert "/verdicts/0192f3a4-0000-7000-8000-000000000001" in page
    assert "The active rule set has no rule of this name." in await visitor.get("/rules/X", 404)


async def test_no_rule_set_yet(visitor: Visit) -> None:
    assert "No rule set is active yet." in await visitor.get("/rules", 503)
    assert "None yet" in await visitor.get("/rulesets")


async def test_sets_and_who_changed_them(site: Any, visitor: Visit, active: str) -> None:
    page = await visitor.get("/rulesets")
    assert active[:16] in page
    assert "is-active" in page
    for word in ("taken in", "checked", "activated"):
        assert f"<strong>{word}</strong>" in page
