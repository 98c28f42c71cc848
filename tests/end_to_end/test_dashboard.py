"""The dashboard of a real Douane in a real browser: what users do is seen as it happens."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from httpx import Client
from playwright.sync_api import Browser, expect

from bench.servers.chromium import Visit, chromium, visit
from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from samples.builders import eicar

pytestmark = pytest.mark.server
LIVE_MILLISECONDS = 2000
HOSTILE = "<img src=x onerror=alert(1)>\u202egpj.exe"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def admin(douane: Douane, browser: Browser) -> Iterator[Visit]:
    with visit(browser, douane.api_url) as made:
        made.sign_in(douane.admin_key)
        yield made
        assert (made.complaints, made.strangers) == ([], [])


def test_a_block_is_seen_within_two_seconds(admin: Visit, web: Client, origin: Origin) -> None:
    page = admin.go("/live")
    expect(page.get_by_role("status")).to_have_text("Connected")
    disposition = f"attachment; filename*=UTF-8''{quote(HOSTILE)}"
    headers = (("Content-Disposition", disposition),)
    origin.publish("/live/x", Document(eicar(), "image/jpeg", headers=headers))
    answer = web.get("http://files.example/live/x")
    assert answer.status_code == 403
    transfer = answer.headers["x-douane-transfer"]
    link = page.locator(f'[data-rows] a[href="/verdicts/{transfer}"]')
    link.wait_for(timeout=LIVE_MILLISECONDS)
    row = page.locator("[data-rows] tr").filter(has=page.locator(f'a[href$="{transfer}"]'))
    expect(row).to_contain_text("block")
    expect(row).to_contain_text("<img src=x onerror=alert(1)>")
    expect(row).to_contain_text("U+202E")
    admin.keep_picture("live-block")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("gpj.exe")
    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    expect(page.locator("main")).to_contain_text("The download was blocked.")
    expect(page.locator("main")).to_contain_text("acted on by clause")
    assert page.locator("main img").count() == 0
    admin.keep_picture("verdict-block")


def test_paused_means_still(admin: Visit, web: Client, origin: Origin) -> None:
    page = admin.go("/live")
    expect(page.get_by_role("status")).to_have_text("Connected")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_have_text("Paused")
    origin.publish("/live/paused.com", Document(eicar()))
    transfer = web.get("http://files.example/live/paused.com").headers["x-douane-transfer"]
    link = page.locator(f'[data-rows] a[href="/verdicts/{transfer}"]')
    expect(link).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    link.wait_for(timeout=LIVE_MILLISECONDS)


def test_overview_rules_and_health_of_what_is_shipped(admin: Visit) -> None:
    page = admin.go("/")
    expect(page.locator(".tile").first).to_contain_text("Transfers")
    page.get_by_role("link", name="Health").first.click()
    expect(page.locator(".state")).to_contain_text("in order")
    expect(page.get_by_role("cell", name="2 of 2").first).to_be_visible()
    admin.keep_picture("health-real")
    admin.go("/rules")
    expect(page.locator(".rule-list a").first).to_contain_text("_Nov26")
    admin.keep_picture("rules-real")
