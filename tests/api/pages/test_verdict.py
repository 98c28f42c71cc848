"""The page of a verdict: why, what else, and what analysts say; hostile names stay names."""

from typing import Any

import pytest

from tests.api.pages.conftest import OURS, SignedIn, Visit
from verdicts.ledger.questions import Role

WORM = "/verdicts/0192f3a4-0000-7000-8000-000000000001"


async def test_why_in_words(visitor: Visit) -> None:
    page = await visitor.get(WORM)
    assert "The download was blocked." in page
    assert "A YARA rule recognised it: Worm_X in a." in page
    assert "a scanner was not there" in page
    assert "U+202E" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="https://im.example' not in page, "URLs of strangers are no links"
    assert "This content was seen once." in page
    assert "&#34;scan_ms&#34;: 1.5" in page, "the raw verdict"


async def test_analysts_may_object(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    answer = await analyst.send_form(
        WORM, f"{WORM}/feedback", kind="false_positive", reason="<b>ours</b>"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{WORM}#feedback")
    page = await analyst.get(WORM)
    assert "&lt;b&gt;ours&lt;/b&gt;" in page
    assert "false positive" in page


async def test_objections_that_are_none(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    for kind, reason in (("", "x"), ("missed", ""), ("missed", " "), ("no", "x")):
        answer = await analyst.send_form(WORM, f"{WORM}/feedback", kind=kind, reason=reason)
        assert answer.status_code == 422
        assert "Say in up to 2000 characters" in answer.text


async def test_objection_to_nothing(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    answer = await analyst.send_form(WORM, "/verdicts/x/feedback", kind="missed", reason="x")
    assert answer.status_code == 404


async def test_viewers_may_not(visitor: Visit) -> None:
    assert "A key with the role analyst may." in await visitor.get(WORM)
    answer = await visitor.send_form(WORM, f"{WORM}/feedback", kind="missed", reason="x")
    assert answer.status_code == 403


async def test_no_form_from_elsewhere(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    form = {"kind": "missed", "reason": "x"}
    for headers in ({}, OURS, {"Sec-Fetch-Site": "cross-site"}):
        answer = await analyst.client.post(f"{WORM}/feedback", data=form, headers=headers)
        assert answer.status_code == 403


async def test_the_clause_is_shown_as_it_is_written(
    site: Any, visitor: Visit, active: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = site.store.folder(active) / "policy.toml"
    policy.chmod(0o644)
    policy.write_text('[[clause]]\nname = "clause"\naction = "block"\nlevel = "malicious"\n')
    monkeypatch.setattr(site.app.state.services.store, "find", lambda _: site.store.find(active))
    page = await visitor.get(WORM)
    assert "level = &#34;malicious&#34;" in page
    assert "acted on by clause" in page
