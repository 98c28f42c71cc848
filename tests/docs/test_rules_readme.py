"""rules/README.md: ten lines, and none of them names what is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "rules" / "README.md"


def test_ten_lines_say_it() -> None:
    heading, *lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.strip()]
    assert heading.startswith("# ")
    assert len(lines) == 10


def test_what_it_names_is_there() -> None:
    text = PAGE.read_text("utf-8")
    paths = re.findall(r"`([\w/]+/|\w+\.(?:toml|txt))`", text)
    assert len(paths) > 10
    assert [path for path in paths if not (PAGE.parent / path).exists()] == []


def test_all_that_lies_there_is_named() -> None:
    text = PAGE.read_text("utf-8")
    there = {path.name for path in PAGE.parent.iterdir() if not path.name.startswith(".")}
    assert {name for name in there - {PAGE.name} if name not in text} == set()
