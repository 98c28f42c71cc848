"""Set-up scripts of drivers are ordinary, commands in them are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.inf import judge_inf
from scanners.shortcuts.launchers import Finding

CASES = [
    (
        '[Version]\nSignature="$CHICAGO$"\n[DefaultInstall]\nCopyFiles=a\nAddReg=b\n[b]\nHKLM,Software\\x,,,cmd.exe',
        [],
    ),
    (
        "[DefaultInstall_SingleUser]\nRunPreSetupCommands=first:1, other\n[first]\ncmd.exe /c x",
        ["shell"],
    ),
    ("[DefaultInstall]\nRunPostSetupCommands=last\n[last]\nrundll32 x\n", ["loader"]),
    ("[DefaultInstall]\nRunPreSetupCommands=a\n[a]\nsetup.exe /q\n", []),
    (
        "[DefaultInstall]\nUnRegisterOCXs=u\n[u]\n%11%\\scrobj.dll,NI,https://files.example/a.sct",
        ["loader"],
    ),
    ("[autorun]\nopen=setup.exe\nicon=setup.exe,0\nlabel=Disc", []),
    ("[AutoRun]\nshell\\open\\command=wscript.exe a.vbs", ["script_host"]),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_inf(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_inf(text)) == expected
