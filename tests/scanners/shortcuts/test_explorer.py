"""Explorer's own files: what lies on this computer is ordinary, what lies elsewhere is not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.explorer import judge_places, judge_scf
from scanners.shortcuts.launchers import Finding

Words = Callable[[Iterator[Finding]], list[str]]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("[Shell]\nCommand=2\nIconFile=explorer.exe,3\n[Taskbar]\nCommand=ToggleDesktop", []),
        ("[Shell]\nIconFile=\\\\192.0.2.7\\a\\b.ico", ["remote_icon"]),
        ("[Shell]\nCommand=cmd.exe", ["shell"]),
    ],
)
def test_scf(text: str, expected: list[str], words: Words) -> None:
    assert words(judge_scf(text)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("<simpleLocation><url>knownfolder:{FDD39AD0}</url></simpleLocation>", []),
        ("<iconReference>imageres.dll,-1002</iconReference><url>C:\\Users</url>", []),
        ("<url>\\\\files.example@80\\share</url>", ["remote"]),
        ("<a:url x='1'>https://files.example/dav/</a:url>", ["remote"]),
        ("<url>&#92;&#92;192.0.2.7&#92;a</url>", ["remote"]),
        ("<iconReference>\\\\192.0.2.7\\a.ico</iconReference>", ["remote"]),
        ("<scope><include path='\\\\192.0.2.7\\a'/></scope>", ["remote"]),
        (
            "<OpenSearchDescription><Url template='https://a.example/?q={x}'></Url>"
            "<url>https://a.example/</url></OpenSearchDescription>",
            [],
        ),
    ],
)
def test_places(text: str, expected: list[str], words: Words) -> None:
    assert words(judge_places(text)) == expected


def test_a_page_of_unclosed_tags_costs_little(words: Words) -> None:
    assert words(judge_places("<url" * 250_000)) == []
