"""Sources of macros: obfuscated words are joined, comments and texts are not code."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.documents.macros import doings

OPEN = "Private Sub Document_Open()\n{}\nEnd Sub\n"
HIDDEN = {
    "joined by &": 'CreateObject("WScr" & "ipt.Sh" & "ell")',
    "joined by +": 'CreateObject("WScr" + "ipt.Sh" + "ell")',
    "over lines": 'CreateObject("WScr" & _\n  "ipt.Shell")',
    "Chr": "CreateObject(" + " & ".join(f"Chr({ord(c)})" for c in "WScript.Shell") + ")",
    "ChrW$ in hexadecimal": "x = " + " & ".join(f"ChrW$(&H{ord(c):x})" for c in "WScript.Shell"),
    "Chr of a sum": "x = " + " + ".join(f"Chr({ord(c) - 7} + 7)" for c in "WScript.Shell"),
    "StrReverse": 'CreateObject(StrReverse("llehS.tpircSW"))',
    "StrReverse of pieces": 'CreateObject(StrReverse("lle" & "hS.tp" & "ircSW"))',
    "Replace": 'CreateObject(Replace("WSQcript.ShQell", "Q", ""))',
}
CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Shell": ('Shell "calc"', ("Shell",)),
    "in capitals": ('SHELL ("calc")', ("Shell",)),
    "in a comment": ('\' Shell "calc"', ()),
    "in a remark": ('Rem Shell "calc"', ()),
    "behind a text with a mark in it": ('MsgBox "it\'s": Shell "calc"', ("Shell",)),
    "in a text": ('MsgBox "Shell (and CreateObject) explained"', ()),
    "writes a program": (
        'p = Environ("TEMP") & "\\a.exe"\nOpen p For Binary As #1', ("writing a program",),
    ),
    "writes a log": ('Open Environ("TEMP") & "\\a.log" For Append As #1', ()),
    "a name put together": (
        "k = " + " Xor ".join("123456789abcdefghijklm") + "\nSet o = CreateObject(k)",
        ("a name put together",),
    ),
    "a name from a variable": ("Set o = CreateObject(progId)", ()),
}  # fmt: skip


@pytest.mark.parametrize("code, calls", CASES.values(), ids=CASES)
def test_calls(code: str, calls: tuple[str, ...]) -> None:
    found = doings([OPEN.format(code)])
    assert found.auto_run == ("Document_Open",)
    assert found.calls == calls
    assert found.suspicious is bool(calls)


@pytest.mark.parametrize("code", HIDDEN.values(), ids=HIDDEN)
def test_hidden_words(code: str) -> None:
    assert "WScript.Shell" in doings([OPEN.format(code)]).calls


STARTS = {
    "Sub AutoOpen()": "AutoOpen",
    "  public static sub auto_open()": "auto_open",
    "Function Workbook_Open()": "Workbook_Open",
    "Private Sub InkEdit1_GotFocus()": "InkEdit1_GotFocus",
    "Sub [Auto_Open]()": "Auto_Open",
}


@pytest.mark.parametrize("line, name", STARTS.items())
def test_starts(line: str, name: str) -> None:
    assert doings([f"{line}\nEnd Sub\n"]).auto_run == (name,)


@pytest.mark.parametrize(
    "line", ["' Sub AutoOpen()", "Sub AutoOpened()", "Call AutoOpen", "Sub Button1_Click()"]
)
def test_no_starts(line: str) -> None:
    assert doings([f"{line}\n"]).auto_run == ()


def test_modules_count_together() -> None:
    found = doings([OPEN.format("Other.Go"), 'Sub Go()\n Shell "x"\nEnd Sub\n'])
    assert found.suspicious
    assert str(found) == "Document_Open runs by itself; the code uses Shell"
    assert str(doings(['Shell "x"'])) == "nothing runs by itself; the code uses Shell"


HOSTILE = {
    "quotes": '"' * 300_000,
    "joins": '"a" & ' * 60_000,
    "open calls": 'replace("' * 40_000,
    "chr": "chr(1" * 60_000,
    "blanks": " " * 300_000 + "x",
    "blanks behind words": ("createobject(" + " " * 50) * 5000,
    "continued": " _\n" * 100_000,
    "modifiers": "public " * 50_000,
    "replaced": ('replace("' + "a" * 60_000 + '", "a", "bbbbbbbb")\n') * 5,
    "declares": 'declare lib "' * 30_000,
    "dde": "ddeinitiate " * 30_000,
    "shells": "shell " * 60_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_sources_cost_no_more_than_others(source: str) -> None:
    started = time.process_time()
    doings([source])
    assert time.process_time() - started < 5


@given(st.text(max_size=300))
def test_any_text_is_read(source: str) -> None:
    doings([source, OPEN.format(source)])
