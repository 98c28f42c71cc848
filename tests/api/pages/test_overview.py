"""The overview: figures that agree with the API, and links that find what they count."""

import html
import re
from typing import Any

from tests.api.pages.conftest import Visit

TILE = re.compile(r'<a class="tile" href="([^"]*)">.*?</i>([^<]*)</span>\s*<b>(\d+)</b>', re.S)


async def test_figures(visitor: Visit) -> None:
    page = await visitor.get("/")
    tiles = {label: int(number) for _, label, number in TILE.findall(page)}
    assert tiles == {
        "Transfers": 10, "Blocked": 5, "Held": 0, "Cut off": 0, "Not fully inspected": 0
    } | {"Not fully inspected": 5}  # fmt: skip


async def test_links_find_what_they_count(visitor: Visit) -> None:
    page = await visitor.get("/?range=7d")
    links = {label: html.unescape(link) for link, label, _ in TILE.findall(page)}
    found = await visitor.get(links["Blocked"])
    assert found.count('<th data-label="File"') == 5
    named = re.search(r'href="(/verdicts\?[^"]*name=Worm_X[^"]*)"', page)
    assert named
    assert (await visitor.get(html.unescape(named[1]))).count('<th data-label="File"') == 5


async def test_charts_have_their_numbers_as_a_table(visitor: Visit) -> None:
    page = await visitor.get("/")
    for title in ("what was done", "channel", "code", "reason"):
        assert re.search(rf"<caption[^>]*>[^<]*{title}</caption>", page)
    assert page.count("<svg viewBox") >= 4


async def test_ranges(visitor: Visit) -> None:
    assert 'aria-current="true">24h' in await visitor.get("/")
    page = await visitor.get("/?since=2001-01-01T00:00&until=2001-01-02T00:00")
    assert "No transfers in this range" in page
    assert "must begin before it ends" in await visitor.get("/?since=2999-01-01T00:00", 422)
    assert "range" in await visitor.get("/?range=2h", 422)


async def test_what_is_new(visitor: Visit) -> None:
    page = await visitor.get("/")
    assert "never detected before; 5 transfers" in page
    visitor.client.cookies.set("douane_look", f"{10**16 * 2}.{10**16 * 2}")
    assert "Nothing new" in await visitor.get("/")


async def test_parts_out_of_order(site: Any, visitor: Visit) -> None:
    page = await visitor.get("/")
    assert "out of order" in page
    assert "front 0: It never reported." in page
