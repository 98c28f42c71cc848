"""README.md and its relatives: every command of ours is one, every call of the API, every link."""

import json
import re
import shlex
from pathlib import Path

import pytest

from douane.cli import build_parser

ROOT = Path(__file__).parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *(ROOT / name for name in ("rules/README.md", "deploy/README.md")),
    *sorted((ROOT / "docs").glob("**/*.md")),
)
COMMAND = re.compile(r"(?:^|[\s`(])(?:\S*\.venv/bin/)douane ([a-z][^`\n#;|<>]*)")
CALL = re.compile(r"`(GET|POST) (/\w[^`? ]*)")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def in_pages(pattern: re.Pattern[str], *pages: Path) -> list[tuple[str, re.Match[str]]]:
    return [(page.name, found) for page in pages for found in pattern.finditer(page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_commands(page: Path) -> None:
    """Whether they do what is said is for other tests; here it is that they exist."""
    for _, found in in_pages(COMMAND, page):
        words = shlex.split(found[1].replace("…", ""))
        assert build_parser().parse_args(words).run is not None, words


def test_calls_of_the_api_are_there() -> None:
    described = json.loads((ROOT / "tests" / "api" / "openapi.json").read_text())["paths"]
    known = {re.sub(r"\{\w+\}", "{}", path): set(of) for path, of in described.items()}
    # no part of the description
    known |= {path: {"get"} for path in ("/metrics", "/docs", "/openapi.json")}
    found = in_pages(CALL, ROOT / "README.md", ROOT / "docs" / "analysts.md")
    assert len(found) > 12
    for page, call in found:
        path = re.sub(r"\{\w+\}|NAME", "{}", call[2])
        assert call[1].lower() in known.get(path, set()), (page, call[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for _, found in in_pages(LINK, page):
        assert (page.parent / found[1]).exists(), found[1]
