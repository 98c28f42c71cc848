"""Every page in a real Chromium: light, dark, on a phone, by keyboard, for screen readers."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.servers.chromium import Visit, chromium, visit
from tests.api.pages.looks import (
    SCRIPTED,
    assert_nothing_was_wrong,
    close_everything,
    grave_findings,
    open_everything,
    squeezed,
    thin_out,
)
from tests.api.pages.served import HOSTILE, ServedSite
from verdicts.ledger.questions import Role

pytestmark = pytest.mark.server
PAGES = {
    "overview": "/?range=30d&by=name",
    "live": "/live",
    "search": "/verdicts?level=malicious&user=bob",
    "search-faults": "/verdicts?sha256=x&limit=3",
    "verdict": f"/verdicts/{HOSTILE}",
    "rules": "/rules",
    "rule": "/rules/IM_Worm_Choke",
    "rule-sets": "/rulesets",
    "health": "/health",
    "audit": "/audit",
    "api": "/docs",
    "missing": "/verdicts/nothing",
}
PHONE = 360


@pytest.fixture(scope="module")
def site() -> Iterator[ServedSite]:
    with ServedSite() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def analyst(site: ServedSite, browser: Browser) -> Iterator[Visit]:
    """Somebody at a desk, in light."""
    with visit(browser, site.url) as made:
        made.sign_in(site.keys[Role.ANALYST])
        yield made
        assert_nothing_was_wrong(made)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_can_be_read_by_everybody(site: ServedSite, browser: Browser, theme: str) -> None:
    with visit(browser, site.url, theme=theme) as made:
        faults = {"sign-in": grave_findings(made.go("/sign-in"), theme)}
        made.keep_picture(f"sign-in-{theme}")
        made.sign_in(site.keys[Role.ADMIN])
        for name, place in PAGES.items():
            page = made.go(place)
            assert page.locator(SCRIPTED).count() == 0, name
            thin_out(page)
            made.keep_picture(f"{name}-{theme}")
            open_everything(page)
            faults[name] = grave_findings(page, theme)
        assert {name: found for name, found in faults.items() if found} == {}
        assert_nothing_was_wrong(made)


def test_pages_fit_on_a_phone(site: ServedSite, browser: Browser) -> None:
    with visit(browser, site.url, width=PHONE, height=740) as made:
        made.sign_in(site.keys[Role.ADMIN])
        for name, place in PAGES.items():
            page = made.go(place)
            assert squeezed(page) == []
            open_everything(page)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE, f"{name} is {width} wide"
            close_everything(page)
            thin_out(page)
            made.keep_picture(f"{name}-phone")
        assert_nothing_was_wrong(made)


def test_a_wrong_key_and_a_right_one(site: ServedSite, browser: Browser) -> None:
    with visit(browser, site.url) as made:
        page = made.go("/rules")
        page.get_by_label("API key").fill("dk_wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("wrong, expired or revoked")
        page.get_by_label("API key").fill(site.keys[Role.VIEWER])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Douane")
        page.go_back()
        made.go("/health")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Douane")
        assert made.strangers == []


def test_a_search_can_be_passed_on(analyst: Visit, site: ServedSite, browser: Browser) -> None:
    page = analyst.go("/verdicts")
    page.get_by_label("Action").select_option("block")
    page.get_by_label("User", exact=True).fill("bob")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/verdicts?*")
    assert parse_qs(urlsplit(page.url).query) == {"action": ["block"], "user": ["bob"]}
    rows = page.locator("[data-rows] tr")
    count = rows.count()
    assert count > 0
    assert set(page.locator("[data-rows] .badge").all_inner_texts()) == {"block"}
    with visit(browser, site.url) as other:
        other.sign_in(site.keys[Role.VIEWER])
        passed_on = other.page
        passed_on.goto(page.url)
        expect(passed_on.locator("[data-rows] tr")).to_have_count(count)
        expect(passed_on.get_by_label("User", exact=True)).to_have_value("bob")


def test_a_hostile_verdict_is_only_text(analyst: Visit) -> None:
    page = analyst.go(f"/verdicts/{HOSTILE}")
    open_everything(page)
    assert page.locator("main img, main script, main svg script, main b > script").count() == 0
    text = page.locator("main").inner_text()
    assert "<img src=x onerror=\"alert('douane')\">" in text
    assert "javascript:alert(1)//<script>alert(1)</script>" in text
    assert "U+202E" in text
    assert "\u202e" not in text
    assert page.locator("a[href^='javascript'], a[href^='http']").count() == 0
    assert len(page.locator(".long .name").last.inner_text()) > 900, "the whole name, on demand"
    tree = page.get_by_role("list", name="Type tree")
    expect(tree.get_by_role("listitem")).to_have_count(3)


def test_by_keyboard_alone(analyst: Visit) -> None:
    page = analyst.go("/verdicts")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("From (UTC)")).to_be_focused()
    seen: list[str] = []
    for _ in range(80):
        seen.append(
            page.evaluate(
                "(() => { const at = document.activeElement;"
                " const outline = getComputedStyle(at).outlineStyle;"
                " return `${at.tagName} ${at.id || at.textContent.trim().slice(0, 20)} ${outline}`"
                " })()"
            )
        )
        if seen[-1].startswith("A ") and "photos of us.zip" in seen[-1]:
            break
        page.keyboard.press("Tab")
    assert "photos of us.zip" in seen[-1], seen
    assert not [one for one in seen if one.endswith(" none")], "focus can be seen everywhere"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("photos of us.zip")


def test_light_or_dark_is_kept(analyst: Visit) -> None:
    page = analyst.go("/")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light, chart = page.evaluate(background), drawn(page)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(background)
    assert dark != light
    assert drawn(page) != chart
    page = analyst.go("/health")
    assert page.evaluate(background) == dark
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(background) == light
    page.emulate_media(forced_colors="active")
    here = page.get_by_role("link", name="Health", exact=True)
    expect(here).to_have_css("forced-color-adjust", "none")


def drawn(page: Page) -> str:
    """Return the first chart as it is painted."""
    picture: str = page.evaluate("document.querySelector('.plot canvas').toDataURL()")
    return picture


def test_a_chart_tells_what_is_under_the_pointer(analyst: Visit) -> None:
    page = analyst.go("/?range=30d")
    over = page.locator(".plot .u-over").first
    box = over.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 20)
    tip = over.locator(".tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("block")
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + 20)
    page.wait_for_url("**/verdicts?since=*")
    assert page.locator("[data-rows] tr").count() > 0


def test_a_range_is_dragged_out_of_a_chart(analyst: Visit) -> None:
    page = analyst.go("/?range=7d&count=blocked&by=user")
    box = page.locator(".plot .u-over").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 80, steps=4)
    page.mouse.up()
    page.wait_for_url("**/?*since=*")
    asked = {name: one for name, (one,) in parse_qs(urlsplit(page.url).query).items()}
    assert (asked["count"], asked["by"]) == ("blocked", "user")
    assert "range" not in asked
    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    assert timedelta(days=2.7) < until - since < timedelta(days=2.9)
    expect(page.get_by_role("heading", name="Blocked transfers by user")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="7d")).to_have_attribute("aria-current", "true")


def test_series_come_and_go_by_keyboard(analyst: Visit) -> None:
    page = analyst.go("/?range=30d&by=user")
    chart = page.get_by_role("region", name="Transfers by user", exact=True)
    assert chart.locator("script, img").count() == 0
    whole = drawn(page)
    toggle = chart.get_by_role("button", name="Show chris in the chart")
    toggle.focus()
    page.keyboard.press("Space")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    assert drawn(page) != whole
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert drawn(page) == whole
    expect(chart.get_by_role("button", name="Show U+202Enimda in the chart")).to_be_visible()
    page.emulate_media(media="print")
    expect(toggle).to_be_visible()


def test_without_scripts_the_numbers_stay(site: ServedSite, browser: Browser) -> None:
    with visit(browser, site.url, scripts=False) as made:
        made.sign_in(site.keys[Role.VIEWER])
        page = made.go("/?range=30d&count=blocked")
        expect(page.locator(".plot").first).to_be_hidden()
        page.get_by_text("Numbers", exact=True).first.click()
        table = page.get_by_role("table", name="Blocked transfers by what was done")
        expect(table.get_by_role("row")).to_have_count(32)
        page.get_by_role("navigation", name="By what it is counted").get_by_text("channel").click()
        expect(page.get_by_role("heading", name="Blocked transfers by channel")).to_be_visible()
        page.get_by_role("link", name="Verdicts").click()
        page.get_by_label("User", exact=True).fill("bob")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("[data-rows] tr").first).to_be_visible()
        assert made.strangers == []


def test_the_audit_is_checked_by_keyboard(site: ServedSite, browser: Browser) -> None:
    with visit(browser, site.url, width=PHONE) as made:
        made.sign_in(site.keys[Role.ADMIN])
        page = made.go("/audit")
        expect(page.get_by_role("link", name="Audit")).to_be_in_viewport()
        page.get_by_role("button", name="Check every row").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("rows, nothing wrong")
        assert grave_findings(page) == []
        assert_nothing_was_wrong(made)


def test_an_alarm_arrives_as_text(analyst: Visit, site: ServedSite) -> None:
    page = analyst.go("/live")
    expect(page.locator("[data-live-state]")).to_have_text("Connected")
    site.alarm("<img src=x onerror=alert(1)>\u202e" + "x" * 900)
    row = page.locator("[data-rows] tr").first
    expect(row).to_contain_text("<img src=x onerror=alert(1)>U+202E")
    assert len(row.inner_text()) < 400
    assert page.locator(SCRIPTED).count() == 0


def test_feedback_from_the_page(analyst: Visit) -> None:
    page = analyst.go(f"/verdicts/{HOSTILE}")
    page.get_by_label("What you know about it").fill("<b>our own</b> tool")
    page.get_by_role("button", name="It is harmless").click()
    page.wait_for_url("**#feedback")
    expect(page.locator("#feedback .list")).to_contain_text("<b>our own</b> tool")


def test_times_of_the_wall_clock(analyst: Visit) -> None:
    page = analyst.go("/verdicts")
    stamp = page.locator("[data-rows] time").first
    expect(stamp).to_have_attribute("title", re.compile(r"^Here: .*(CET|GMT\+1)"))
