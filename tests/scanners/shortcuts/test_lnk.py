"""What is dangerous about a Windows shortcut, and what is not."""

from collections.abc import Callable, Iterator

import pytest

from samples.shortcuts import Link, shortcut
from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.lnk import judge_lnk
from scanners.shortcuts.lnk_file import read_shortcut

CMD = "C:\\Windows\\System32\\cmd.exe"
TOOL = "C:\\Program Files\\Tool\\tool.exe"
CASES = [
    (Link(item_path=CMD), ["shell"]),
    (Link(local_path=CMD), ["shell"]),
    (Link(environment_path="%ComSpec%", relative_path="a.txt"), ["shell"]),
    (Link(relative_path="..\\..\\Windows\\explorer.exe", arguments="\\\\a\\b\\c"), ["download"]),
    (Link(arguments="/c powershell -enc AAAA"), ["shell"]),
    (Link(item_path=TOOL, arguments="x" + " " * 300 + "y"), ["padded"]),
    (Link(item_path=CMD, arguments="/c" + "\t" * 64 + "y"), ["shell", "padded"]),
    (Link(item_path=TOOL, arguments="a.exe " + "x" * 300), ["long"]),
    (Link(item_path=TOOL, icon="C:\\x\\invoice.pdf"), ["icon"]),
    (Link(item_path=TOOL, icon="%ProgramFiles%\\Adobe\\AcroRd32.exe"), ["icon"]),
    (Link(item_path=TOOL, icon="\\\\192.0.2.7\\a\\b.ico"), ["remote_icon"]),
    (Link(item_path=TOOL, working_folder="\\\\192.0.2.7\\a"), ["remote"]),
    (Link(share="\\\\files.example\\a", local_path="b.pdf"), ["remote"]),
    (Link(relative_path="https://files.example/"), ["remote"]),
    (Link(relative_path="a.txt", overlay=b"x" * 2000), ["overlay"]),
    # near misses
    (Link(item_path="C:\\Users\\ada\\letter.docx", relative_path="..\\letter.docx"), []),
    (Link(item_path=TOOL, arguments="--profile x", icon=TOOL, show=7), []),
    (Link(item_path=TOOL, arguments="--long " + "x" * 400), []),
    (Link(item_path="C:\\Office\\WINWORD.EXE", icon="C:\\Office\\WINWORD.EXE"), []),
    (Link(item_path="C:\\a\\letter.pdf", icon="%ProgramFiles%\\Adobe\\AcroRd32.exe"), []),
    (Link(share="\\\\files\\public", local_path="letter.docx"), []),
    (Link(relative_path="a.txt", overlay=bytes(4096)), []),
    (Link(relative_path="a.txt", overlay=b"x" * 20), []),
]


@pytest.mark.parametrize("link, expected", CASES, ids=repr)
def test_shortcuts(
    link: Link, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    view = memoryview(shortcut(link))
    assert words(judge_lnk(read_shortcut(view), view)) == expected


def test_a_hidden_window_is_told() -> None:
    view = memoryview(shortcut(Link(item_path=CMD, show=7)))
    (found,) = judge_lnk(read_shortcut(view), view)
    assert found.said == "starts cmd, its window out of sight"


def test_words_of_a_broken_shortcut_are_judged_wherever_they_stand() -> None:
    whole = shortcut(Link(item_path="C:\\Windows\\System32\\mshta.exe", arguments="x"))
    view = memoryview(whole[: len(whole) - 6])
    found = read_shortcut(view)
    assert found.broken
    found.targets.clear()
    assert [each.word for each in judge_lnk(found, view)] == ["script_host"]
