"""What is looked for on a page in a browser: faults, and what strangers may have brought in."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from bench.servers.chromium import Visit

EXPECTED = re.compile(r"status of (404|422)")
"""What the browser says of pages that are errors on purpose."""
ALIKE = 8
SCRIPTED = "body script, body img, body iframe, [onerror], [onload], [href^=javascript]"
"""What no page of ours has, whatever strangers call things."""
GRAVE = {"serious", "critical"}


def assert_nothing_was_wrong(made: Visit) -> None:
    """No violation of the policy, no error of a script, no request to another host."""
    assert [one for one in made.complaints if not EXPECTED.search(one)] == []
    assert made.strangers == []


def grave_findings(page: Page, theme: str = "light") -> list[str]:
    """Return what axe finds; of a page in dark only whether it can be read: else it is the same."""
    rules = {"runOnly": ["color-contrast"]} if theme == "dark" else {}
    options = {"resultTypes": ["violations"], **rules}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def thin_out(page: Page) -> None:
    """Leave a few of those that are made alike: axe takes ten seconds for all that the API has."""
    page.evaluate(
        "for (const all of document.querySelectorAll('tbody, .column'))"
        f" [...all.children].slice({ALIKE}).forEach((one) => one.remove())"
    )


def squeezed(page: Page) -> list[str]:
    """Return the cells of lists that are a letter wide, or run out of their place."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.rows tbody tr > *')]"
        ".filter((one) => one.offsetHeight > 200 || one.scrollWidth > one.clientWidth + 1)"
        ".map((one) => `${one.offsetWidth} by ${one.offsetHeight}: ${one.textContent}`)"
    )
    return found


def open_everything(page: Page) -> None:
    """Unfold what is folded, so that it is looked at as well."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def close_everything(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")
