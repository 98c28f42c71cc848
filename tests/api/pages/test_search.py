"""The search over HTTP: short addresses, pages, and faults beside their fields."""

import re
from typing import Any

import pytest

from tests.api.pages.conftest import SignedIn, Visit
from verdicts.ledger.questions import Role

ROW = re.compile(r'<th data-label="File"')


async def test_everything_newest_first(visitor: Visit) -> None:
    page = await visitor.get("/verdicts")
    assert len(ROW.findall(page)) == 10
    assert "Older verdicts" not in page


async def test_filters(visitor: Visit) -> None:
    page = await visitor.get("/verdicts?action=block&name=Worm_X")
    assert len(ROW.findall(page)) == 5
    assert '<option value="block" selected>' in page
    assert 'value="Worm_X"' in page


async def test_the_address_has_no_empty_fields(visitor: Visit) -> None:
    answer = await visitor.client.get("/verdicts?user=&action=block&since=&cursor=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/verdicts?action=block")


async def test_pages(visitor: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.search.ROWS", 3)
    page, seen = await visitor.get("/verdicts?level=malicious"), 0
    while True:
        seen += len(ROW.findall(page))
        older = re.search(r'rel="next" href="([^"]*)"', page)
        if older is None:
            break
        page = await visitor.get(older[1].replace("&amp;", "&"))
        assert "Newest" in page
    assert seen == 5


async def test_a_cursor_of_before_the_restart_leads_to_the_first_page(visitor: Visit) -> None:
    answer = await visitor.client.get("/verdicts?action=block&cursor=abc")
    assert (answer.status_code, answer.headers["location"]) == (303, "/verdicts?action=block")


async def test_faults_stand_at_their_field(visitor: Visit) -> None:
    page = await visitor.get("/verdicts?sha256=%3Cb%3E&colour=red", 422)
    assert re.search(r'id="f-sha256"[^>]*value="&lt;b&gt;"[^>]*aria-invalid="true"', page)
    assert '<details class="more-fields" open>' in page
    assert "colour" in page
    assert "<b>" not in page.replace("<b>Douane", "")


async def test_analysts_take_the_search_with_them(signed_in: SignedIn) -> None:
    analyst, viewer = await signed_in(Role.ANALYST), await signed_in()
    page = await analyst.get("/verdicts?action=block")
    assert "/verdicts/export" not in await viewer.get("/verdicts?action=block")
    for form, lines in (("csv", 6), ("jsonl", 5)):
        address = f"/verdicts/export?action=block&format={form}"
        assert address.replace("&", "&amp;") in page
        assert len((await analyst.get(address)).splitlines()) == lines
        assert "needs the role analyst" in await viewer.get(address, 403)
    assert "format" in await analyst.get("/verdicts/export?action=block", 422)


async def test_nothing_found(visitor: Visit) -> None:
    assert "No verdict matches" in await visitor.get("/verdicts?user=nobody")


async def test_the_log_away_is_told_in_words(site: Any, visitor: Visit) -> None:
    (site.run_directory / "log.sqlite").rename(site.run_directory / "gone")
    site.app.state.services.reader.close()
    page = await visitor.get("/verdicts", 503)
    assert "The verdict log does not answer" in page
    assert "<h1>" in page
