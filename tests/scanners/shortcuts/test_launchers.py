"""Words that start a shell are found however they are written; ordinary commands are not."""

import time

import pytest

from scanners.shortcuts.launchers import (
    is_runnable,
    judge_address,
    judge_command,
    judge_line,
    program_of,
)

COMMANDS = [
    ("C:\\Windows\\System32\\cmd.exe", "/c dir", "shell"),
    ("%ComSpec%", "", "shell"),
    ("%windir%\\system32\\WindowsPowerShell\\v1.0\\POWERSHELL.EXE", "-w hidden", "shell"),
    ('"C:\\Program Files\\PowerShell\\7\\pwsh.exe"', "", "shell"),
    ("c^m^d.e^xe", "", "shell"),
    ("mshta", "", "script_host"),
    ("C:\\Windows\\hh.exe", "x", "script_host"),
    ("rundll32.exe. ", "x,y", "loader"),
    ("C:\\Windows\\System32\\certutil.exe", "-urlcache", "download"),
    ("C:\\Windows\\System32\\msiexec.exe", "/i https://files.example/x.msi /q", "download"),
    ("C:\\Windows\\explorer.exe", "\\\\files\\share\\x", "download"),
    ("C:\\Windows\\System32\\x.exe", "-a powershell.exe -c 1", "shell"),
    ("C:\\tools\\run.exe", '/run "C:\\a b\\wscript.exe" x', "script_host"),
    ("C:\\tools\\run.exe", "/c pow^ershell", "shell"),
    ("C:\\tools\\run.exe", "%comspec:~0,1%x", "obfuscated"),
    ("\\\\192.0.2.1\\share\\a.txt", "", "remote"),
    ("\\\\files@SSL\\DavWWWRoot\\a", "", "remote"),
    ("\\\\files\\share\\setup.exe", "", "remote"),
]
ORDINARY = [
    ("C:\\Program Files\\Mozilla Firefox\\firefox.exe", "https://www.example/"),
    ("C:\\Windows\\System32\\msiexec.exe", "/x {AC76BA86-7AD7-1031-7B44-AC0F074E4100}"),
    ("C:\\Windows\\explorer.exe", "C:\\Users"),
    ("C:\\Windows\\notepad.exe", "C:\\cmd notes.txt"),
    ("C:\\x\\run.exe", "C:\\System Files\\cmd\\x.txt"),
    ("C:\\x\\player.exe", "--config=bash --ssh --curl"),
    ("C:\\Users\\ada\\cmd\\letter.docx", ""),
    ("\\\\files\\share\\letter.docx", ""),
    ("..\\notes.txt", ""),
    ("C:\\x\\git.exe", "100% and 50% of a:b"),
]


@pytest.mark.parametrize("target, arguments, word", COMMANDS)
def test_a_shell_is_found(target: str, arguments: str, word: str) -> None:
    found = judge_command(target, arguments)
    assert found is not None
    assert found.word == word


@pytest.mark.parametrize("target, arguments", ORDINARY)
def test_an_ordinary_command_is_not(target: str, arguments: str) -> None:
    assert judge_command(target, arguments) is None


@pytest.mark.parametrize(
    "line, word",
    [
        ('"C:\\Windows\\System32\\cmd.exe" /c x', "shell"),
        ("cmd", "shell"),
        ("%windir%\\system32\\control.exe /name x", None),
        ("", None),
        ('"', None),
    ],
)
def test_a_line_is_cut_into_program_and_arguments(line: str, word: str | None) -> None:
    found = judge_line(line)
    assert (found and found.word) == word


@pytest.mark.parametrize(
    "address, word",
    [
        ("https://www.example/", None),
        ("mailto:ada@example.net", None),
        ("steam://run/1", None),
        ("file:///C:/Users/ada/letter.pdf", None),
        ("file:///C:/Windows/System32/calc.exe", "program"),
        ("FILE://files.example/share/letter.pdf", "remote"),
        ("file://\\\\192.0.2.1\\a", "remote"),
        ("\\\\[2001:db8::1]\\share", "remote"),
        ("\\\\?\\C:\\x\\a.txt", None),
        ("\\\\?\\UNC\\192.0.2.1\\x\\a.txt", "remote"),
        ("file://///192.0.2.1/x/a.txt", "remote"),
        ("file:///etc/hosts", None),
        ("\\\\localhost\\share\\a.txt", None),
        ("//files/share/a.hta", "remote"),
        ("ms-msdt:/id PCWDiagnostic", "scheme"),
        ("search-ms:query=x&crumb=location:\\\\files", "scheme"),
        ("MHTML:http://files.example/!x-usc:y", "scheme"),
        ("javascript:1", "scheme"),
        ("C:\\x", None),
    ],
)
def test_addresses(address: str, word: str | None) -> None:
    found = judge_address(address)
    assert (found and found.word) == word


def test_names_of_programs() -> None:
    assert [program_of(path) for path in ("a/b.exe", "C:\\x\\MORE.COM", "'x'", "")] == [
        "b", "more", "x", "",
    ]  # fmt: skip
    assert is_runnable("C:\\a\\b.HTA ")
    assert is_runnable("file://a/b.js?x=1.txt#y")
    assert not is_runnable("letter.pdf")


@pytest.mark.parametrize("piece", ["a^b", "%a:", "\\\\a\\", '""x', "sh ", "://", "cmd,"])
def test_long_hostile_text_costs_little(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    judge_command(text, text)
    judge_line(text)
    assert time.process_time() - began < 2
