"""A real browser for tests: Debian's Chromium, and all that it complains of."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

EXECUTABLE = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = Path(os.environ.get("DOUANE_ARTIFACTS", ".venv/screenshots"))
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`violation: ${event.violatedDirective} ${event.blockedURI}`);
});
"""
WORTH_TELLING = {"error", "warning"}


@dataclass
class Visit:
    """One browser window with its own cookies, and everything that went wrong in it."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    """Violations of the policy, errors of scripts, warnings of the console."""
    strangers: list[str] = field(default_factory=list)
    """Requests to other hosts."""

    def watch(self) -> None:
        self.page.add_init_script(REPORT_VIOLATIONS)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in WORTH_TELLING:
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.origin).netloc:
            self.strangers.append(request.url)

    def go(self, place: str) -> Page:
        """Load a page of the dashboard."""
        self.page.goto(self.origin + place)
        return self.page

    def sign_in(self, key: str) -> None:
        """Send what the form of `/sign-in` sends, without a look at it or at any other page."""
        answer = self.page.request.post(
            f"{self.origin}/sign-in",
            form={"key": key},
            headers={"Sec-Fetch-Site": "same-origin"},
            max_redirects=0,
        )
        assert answer.status == HTTPStatus.SEE_OTHER, answer.text()  # noqa: S101 - for tests

    def keep_picture(self, name: str) -> None:
        """Keep what the page looks like, for whoever reviews a change."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser with an empty profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser,
    origin: str,
    *,
    theme: str = "light",
    width: int = 1280,
    height: int = 900,
    scripts: bool = True,
) -> Iterator[Visit]:
    """Open a window without cookies; animations are off."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(15_000)
    made = Visit(context.new_page(), origin)
    made.watch()
    try:
        yield made
    finally:
        context.close()
