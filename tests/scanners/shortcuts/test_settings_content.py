"""Pages of the control panel are ordinary, commands are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.settings_content import judge_settings_content

CASES = [
    (
        (
            "<DeepLink>%windir%\\system32\\control.exe /name Microsoft.System</Deep"
            "Link><Icon>%windir%\\a.dll</Icon>"
        ),
        [],
    ),
    ("<DeepLink>%windir%\\system32\\cmd.exe /c x</DeepLink>", ["shell"]),
    ('<DeepLink xml:space="preserve"><![CDATA[powershell]]></DeepLink>', ["shell"]),
    ("<deeplink>c&#109;d.exe</deeplink>", ["shell"]),
    ("<Icon>\\\\files.example\\a.ico</Icon>", ["remote_icon"]),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_settings_content(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_settings_content(text)) == expected
