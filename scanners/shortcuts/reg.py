"""Exports of the Windows registry (.reg): merged by a double click, some keys start programs."""

import re
from collections.abc import Iterator

from scanners.shortcuts.launchers import Finding

_LINE = re.compile(r"[^\r\n]+")
_STARTS = re.compile(
    r"\\(?:currentversion\\(?:policies\\explorer\\)?run(?:once|onceex|services|servicesonce)?(?:\\|$)"
    r"|currentversion\\(?:winlogon|image file execution options|silentprocessexit|windows$)"
    r"|(?:[^\\]+\\)?shell\\[^\\]+\\command$|shellserviceobjectdelayload"
    r"|explorer\\(?:user )?shell folders$|active setup\\installed components\\"
    r"|command processor$|services\\[^\\]+$|microsoft\\office\\[^\\]+\\"
    r"\w+\\security(?:\\|$)|office test\\|windows defender\\(?:exclusions|real-time))",
    re.IGNORECASE,
)
_TELLING = {
    "currentversion\\winlogon": ("shell", "userinit", "taskman", "notify"),
    "image file execution options": ("debugger", "verifierdlls"),
    "currentversion\\windows": ("load", "run", "appinit_dlls"),
    "command processor": ("autorun",),
    "\\services\\": ("imagepath", "servicedll", "failurecommand"),
    "shell folders": ("startup", "common startup"),
}
"""Keys in which only these values start something."""


def judge_reg(text: str) -> Iterator[Finding]:
    """Yield the first value that is written where Windows looks for programs to start."""
    key = ""
    for match in _LINE.finditer(text):
        line = match[0].strip(" \t\0")
        if line.startswith("["):
            inner = line[1:].rpartition("]")[0]
            key = inner if not inner.startswith("-") and _STARTS.search(inner) else ""
        elif key and _writes(key, line):
            yield Finding("autostart", f"writes {key[-120:]}")
            return


def _writes(key: str, line: str) -> bool:
    name, equals, value = line.partition("=")
    name = name.strip().strip('"').lower()
    if not equals or value.strip() == "-":
        return False
    for part, names in _TELLING.items():
        if part in key.lower() + "\\":
            return name in names
    return True
