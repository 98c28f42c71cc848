"""docs/block-page.md: its example is a page, and its table names all that a template may show."""

import re
from pathlib import Path

from icap_server.block_page import BlockPage, BlockPageSettings
from scanners.model import Level
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now

TEXT = (Path(__file__).parents[2] / "docs" / "block-page.md").read_text()
RULING = Ruling(Action.BLOCK, "policy", True, Action.BLOCK, Verdict(Level.CLEAN))
TRANSFER = Transfer("the id", "respmod", Direction.DOWNLOAD, utc_now(), accept_language="de")


def show(template: str, folder: Path) -> str:
    path = folder / "page.html"
    path.write_text(template)
    return BlockPage(BlockPageSettings(template=str(path))).make(RULING, TRANSFER).body.decode()


def test_the_example_is_a_page(tmp_path: Path) -> None:
    example = TEXT.partition("```html\n")[2].partition("```")[0]
    shown = show(example, tmp_path)
    assert "<h1>Diese Datei wurde gesperrt</h1>" in shown
    assert "Kennung: the id" in shown


def test_the_table_names_what_there_is(tmp_path: Path) -> None:
    named = set(re.findall(r"^\| `([a-z_]+)", TEXT, re.MULTILINE))
    for name in named:
        show("{{ " + name + " }}", tmp_path)
    context = BlockPage(BlockPageSettings())._context(RULING, TRANSFER, "en")
    assert named == context.keys()
