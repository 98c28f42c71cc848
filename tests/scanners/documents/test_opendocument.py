"""OpenDocument: macros with what starts them, links, DDE."""

from collections.abc import Callable

import pytest

from samples import builders
from scanners.budget import Budget
from scanners.documents.opendocument import link_findings, macro_findings
from scanners.documents.parts import read_parts

MakeBudget = Callable[..., Budget]
EVENT = '<office:x><script:event-listener script:event-name="{}" xlink:href="{}"/></office:x>'
SCRIPT = "vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document"
MODULE = '<?xml version="1.0"?><script:module script:name="M">{}</script:module>'
SHELL, QUIET = 'Sub Main\nShell("calc")\nEnd Sub', 'Sub Main\nMsgBox "hello"\nEnd Sub'
BASIC, PYTHON = "Basic/Standard/M.xml", "Scripts/python/m.py"

MACROS: dict[str, tuple[dict[str, str], bool | None]] = {
    "loads and starts": (
        {"content.xml": EVENT.format("dom:load", SCRIPT), BASIC: MODULE.format(SHELL)}, False
    ),
    "the older way": (
        {"content.xml": EVENT.format("office:on-load", SCRIPT), BASIC: MODULE.format(SHELL)}, False
    ),
    "in Python": (
        {"content.xml": EVENT.format("dom:load", SCRIPT), PYTHON: "import subprocess"}, False
    ),
    "named as Office would": (
        {"content.xml": "<x/>", BASIC: MODULE.format(SHELL.replace("Main", "AutoOpen"))}, False
    ),
    "starts on a click": (
        {"content.xml": EVENT.format("dom:click", SCRIPT), BASIC: MODULE.format(SHELL)}, True
    ),
    "loads and says hello": (
        {"content.xml": EVENT.format("dom:load", SCRIPT), BASIC: MODULE.format(QUIET)}, True
    ),
    "an empty library": (
        {"content.xml": "<x/>", "Basic/script-lc.xml": "<library:libraries/>",
         BASIC: MODULE.format(" ")}, None
    ),
    "no macros": ({"content.xml": EVENT.format("dom:load", SCRIPT)}, None),
}  # fmt: skip


@pytest.mark.parametrize("files, harmless", MACROS.values(), ids=MACROS)
def test_macros(files: dict[str, str], harmless: bool | None, new_budget: MakeBudget) -> None:
    archive = builders.zip_of({name: text.encode() for name, text in files.items()})
    found = list(macro_findings(read_parts(memoryview(archive)), new_budget()))
    assert [finding.harmless for finding in found] == ([] if harmless is None else [harmless])


LINKS: dict[str, list[bool]] = {
    '<text:section-source xlink:href="http://a.example/a.odt"/>': [False],
    '<text:section-source xlink:href="../chapter.odt"/>': [],
    '<draw:object xlink:href="./Object 1"/>': [],
    '<draw:object xlink:href="file:///home/me/a.ods"/>': [True],
    '<table:table-source xlink:href="file:///C:/a.ods"/>': [True],
    '<text:a xlink:href="http://a.example/a.exe"/>': [],
    '<draw:image xlink:href="http://a.example/a.png"/>': [],
    '<office:dde-source office:dde-application="cmd" office:dde-topic="/c calc"/>': [False],
    '<text:dde-connection-decl office:dde-application="soffice" office:dde-topic="a.ods"/>': [True],
    '<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;)"/>': [False],
    "<table:table-cell table:formula=\"of:=cmd|'/c calc'!A0\"/>": [False],
    '<table:table-cell table:formula="of:=SUM([.A1:.A9])"/>': [],
}  # fmt: skip


@pytest.mark.parametrize("markup, harmless", LINKS.items())
def test_links(markup: str, harmless: list[bool]) -> None:
    assert [finding.harmless for finding in link_findings(markup.encode())] == harmless
