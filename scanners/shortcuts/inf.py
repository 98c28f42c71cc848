"""Set-up scripts (.inf) and autorun.inf: what they run beside copying files."""

from collections.abc import Iterator

from scanners.shortcuts.ini import settings
from scanners.shortcuts.launchers import Finding, is_web, judge_line

COMMANDS = frozenset({"runpresetupcommands", "runpostsetupcommands"})
AUTORUN = frozenset({"open", "shellexecute"})
MAX_SECTIONS = 64
"""Section names that one key may list."""


def judge_inf(text: str) -> Iterator[Finding]:
    """Yield the commands that start a shell or fetch something."""
    commands, registered = set(COMMANDS), set[str]()
    for section, key, value in settings(text):
        names = [name.strip().lower() for name in value.split(",", MAX_SECTIONS)[:MAX_SECTIONS]]
        if key in COMMANDS:
            commands.update(name.partition(":")[0] for name in names)
        elif key in ("registerocxs", "unregisterocxs"):
            registered.update(names)
        is_autorun = section.startswith("autorun")
        if is_autorun and (key in AUTORUN or key.endswith("\\command")):
            yield from filter(None, [judge_line(value)])
    for section, _, value in settings(text):
        if section in commands and (found := judge_line(value)):
            yield found
        elif section in registered and _is_scriptlet(value):
            yield Finding("loader", "registers a script as if it were a library")


def _is_scriptlet(line: str) -> bool:
    """Say whether a library to be registered is the script engine, with an address for it."""
    parts = [part.strip() for part in line.split(",")]
    return "scrobj" in line.lower() or any(map(is_web, parts))
