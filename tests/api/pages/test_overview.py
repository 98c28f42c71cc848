"""The overview: figures that agree with the API, and links that find what they count."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from api.pages.charts import Count
from api.pages.overview import BYS, COUNTS, By
from tests.api.pages.conftest import Visit

TILE = re.compile(r'<a class="tile" href="([^"]*)">.*?</i>([^<]*)</span>\s*<b>(\d+)</b>', re.S)


SERIES = re.compile(
    r'<i class="c-[^>]*></i>\s*<(?:a href="([^"]*)"|span)>(.*?)</(?:a|span)>\s*<b>(\d+)'
)
KEY = re.compile("<[^>]*>")


def series(page: str, title: str) -> dict[str, tuple[str, int]]:
    """Return the link and the number of each key of a chart."""
    card = page.split(f'<section class="card chart" aria-label="{title}"')[1].partition("</ul>")[0]
    return {
        KEY.sub("", label): (html.unescape(link), int(number))
        for link, label, number in SERIES.findall(card)
    }


async def found_by(visitor: Visit, link: str) -> int:
    return (await visitor.get(link)).count('<th data-label="File"')


async def test_figures(visitor: Visit) -> None:
    page = await visitor.get("/")
    tiles = {label: int(number) for _, label, number in TILE.findall(page)}
    assert tiles == {
        "Transfers": 10, "Blocked": 5, "Held": 0, "Cut off": 0, "Not fully inspected": 5
    }  # fmt: skip


async def test_links_find_what_they_count(visitor: Visit) -> None:
    page = await visitor.get("/?range=7d")
    links = {label: html.unescape(link) for link, label, _ in TILE.findall(page)}
    assert await found_by(visitor, links["Blocked"]) == 5
    named = re.search(r'href="(/verdicts\?[^"]*name=Worm_X[^"]*)"', page)
    assert named
    assert await found_by(visitor, html.unescape(named[1])) == 5


async def test_charts_have_their_numbers_as_a_table(visitor: Visit) -> None:
    page = await visitor.get("/")
    for title in ("what was done", "channel", "code of a detection", "reason of a gap"):
        assert re.search(rf"<caption[^>]*>Transfers by {title}</caption>", page)
    assert page.count('class="plot') == 4


PAIRS: list[tuple[Count, By]] = [
    *(("blocked", by) for by in BYS),
    *((count, "unscanned") for count in COUNTS if count != "blocked"),
    ("unscanned", "channel"),
]


async def test_each_count_by_each_key(visitor: Visit) -> None:
    for count, by in PAIRS:
        page = await visitor.get(f"/?range=7d&count={count}&by={by}")
        title = f"{COUNTS[count][1]} by {BYS[by][1]}"
        assert page.count(f">{title}</h2>") == 1
        assert page.count('aria-current="true"') == 3
        for link, number in series(page, title).values():
            linked = count != "unscanned" or by == "unscanned"
            assert bool(link) == linked, (count, by)
            assert not linked or await found_by(visitor, link) == number, link


async def test_bars_of_gaps_lead_to_their_reasons(visitor: Visit) -> None:
    page = await visitor.get("/?range=7d&count=unscanned&by=user")
    rows = re.findall(r'<th scope="row"><a href="(/\?[^"]*)".*?</a></th>(.*?)</tr>', page)
    (link,) = {html.unescape(link) for link, numbers in rows if ">5<" in numbers}
    assert parse_qs(urlsplit(link).query).keys() == {"count", "by", "since", "until"}
    gaps = series(await visitor.get(link), "Transfers not fully inspected by reason of a gap")
    assert {key: number for key, (_, number) in gaps.items()} == {"engine_down": 5}


async def test_what_is_chosen_stays_chosen(visitor: Visit) -> None:
    page = html.unescape(await visitor.get("/?range=7d&count=blocked&by=channel"))
    assert set(series(page, "Blocked transfers by channel")) == {"telegram"}
    for wanted in (
        "/?count=blocked&by=channel&range=30d",
        "/?range=7d&count=held&by=channel",
        "/?range=7d&count=blocked&by=user",
    ):
        assert f'href="{wanted}"' in page
    by_hand = html.unescape(
        await visitor.get("/?since=2026-01-01T00:00&until=2036-01-01T00:00&count=blocked")
    )
    assert 'href="/?count=blocked&range=24h"' in by_hand
    assert '<input type="hidden" name="count" value="blocked">' in by_hand
    ranking = by_hand.split("Clients")[1].partition("</section>")[0]
    assert "192.0.2.7" in ranking
    assert "<b>5</b>" in ranking


async def test_what_cannot_be_counted(visitor: Visit) -> None:
    for query in ("count=bytes", "by=id", "by=file_name", "count=", "colour=red"):
        assert query.partition("=")[0] in await visitor.get(f"/?{query}", 422)


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
