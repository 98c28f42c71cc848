"""Reads a page of docs/ as a script: what to type, what to write into files, what comes out.

A fenced `sh` block is run; a `text` or `json` block right behind it is what it prints, where "…" is
any text and spaces count nowhere.  A block behind a line with just "`path`:" is that file.  Words
behind `sh`: `soon` (repeated until it prints that), `status=1` (how it ends).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<words>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"(?:^|\n)`(?P<path>[\w./]+)`:\s*\Z")
OUTPUTS = ("text", "json")


@dataclass(frozen=True, slots=True)
class Command:
    line: int
    text: str
    status: int
    soon: bool
    output: str | None
    """As the page shows it; None if it shows none."""


@dataclass(frozen=True, slots=True)
class File:
    line: int
    path: str
    text: str


def read_page(path: Path) -> list[Command | File]:
    """Return the steps of the page in order."""
    return list(_steps(path.read_text("utf-8")))


def agrees(shown: str, real: str) -> bool:
    """Tell if a page that shows this is right about what was really printed."""
    parts = ("".join(part.split()) for part in shown.split("…"))
    pattern = ".*?".join(map(re.escape, parts))
    return re.fullmatch(pattern, "".join(real.split()), re.DOTALL) is not None


def _steps(page: str) -> Iterator[Command | File]:
    blocks = list(FENCE.finditer(page))
    for number, block in enumerate(blocks):
        language, *words = block["words"].split() or [""]
        line = page.count("\n", 0, block.start()) + 1
        if named := FILE.search(page, 0, block.start()):
            yield File(line, named["path"], block["text"])
        elif language == "sh":
            status = next((int(word[7:]) for word in words if word.startswith("status=")), 0)
            output = _behind(page, block.end(), blocks[number + 1 :])
            yield Command(line, block["text"], status, "soon" in words, output)


def _behind(page: str, end: int, blocks: list[re.Match[str]]) -> str | None:
    """Return the output that stands right behind a block."""
    if not blocks or page[end : blocks[0].start()].strip() or blocks[0]["words"] not in OUTPUTS:
        return None
    return blocks[0]["text"]
