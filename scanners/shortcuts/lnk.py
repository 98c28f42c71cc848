"""Windows shortcuts: what they start, and the tricks that hide it."""

import re
from collections.abc import Iterator

from scanners.shortcuts.launchers import (
    MAX_TEXT,
    UNMISTAKABLE,
    Finding,
    is_runnable,
    is_web,
    judge_address,
    judge_command,
    program_of,
)
from scanners.shortcuts.lnk_file import Shortcut

VISIBLE = 260
"""Characters of target and arguments that the Properties page of Explorer shows."""
PADDING = 64
"""Blanks in a row that push what follows out of that field: ZDI-CAN-25373."""
MINIMISED = 7
OVERLAY = 1024
"""Bytes behind the last block that no program of Windows writes; fewer may be padding."""

_PADDED = re.compile(rf"\s{{{PADDING},}}")
_DOCUMENT = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|txt|odt|jpe?g|png|gif|mp[34]|zip|html?)$", re.IGNORECASE
)
_DOCUMENT_PROGRAMS = frozenset(
    "acrord32 acrobat winword excel powerpnt wordicon xlicons pptico foxitreader".split()
)
"""Programs whose icons stand for documents."""
_WORDS = re.compile(rb"(?:[\x20-\x7e]\x00){3,400}|[\x20-\x7e]{3,400}")


def judge_lnk(shortcut: Shortcut, view: memoryview) -> Iterator[Finding]:
    """Yield what is dangerous about a shortcut; nothing for one that opens an ordinary thing."""
    hidden = ", its window out of sight" if shortcut.show_command == MINIMISED else ""
    found = _starts(shortcut) or (_broken_words(view) if shortcut.broken else None)
    if found is not None:
        yield Finding(found.word, found.said + hidden)
    if _PADDED.search(shortcut.arguments) or _PADDED.search(shortcut.description):
        yield Finding("padded", "blanks push its arguments out of sight")
    elif len(shortcut.arguments) > VISIBLE and found is None and ".exe" in shortcut.arguments:
        yield Finding("long", "its arguments are longer than Windows shows, and start a program")
    if _icon_lies(shortcut):
        yield Finding("icon", "it starts a program but shows the icon of a document")
    if judge_address(shortcut.icon):
        yield Finding("remote_icon", "its icon lies on a server that learns who looks at it")
    if len(view) - shortcut.end >= OVERLAY and not shortcut.broken and any(view[shortcut.end :]):
        yield Finding("overlay", "it carries more than a shortcut needs")


def _starts(shortcut: Shortcut) -> Finding | None:
    for target in shortcut.targets:
        if is_web(target):
            return Finding("remote", "leads to an address of the web")
        if found := judge_command(target, shortcut.arguments):
            return found
    if not shortcut.targets and shortcut.arguments:
        return judge_command("", shortcut.arguments)
    return judge_address(shortcut.working_folder)


def _broken_words(view: memoryview) -> Finding | None:
    """Judge every text in a shortcut that we cannot follow: Windows may be less strict."""
    for match in _WORDS.finditer(view[:MAX_TEXT]):
        text = match[0].replace(b"\0", b"").decode("latin-1")
        found = judge_command("", text) or judge_command(text)
        if found and (found.word != "shell" or program_of(text) in UNMISTAKABLE):
            return found
    return None


def _icon_lies(shortcut: Shortcut) -> bool:
    """Say whether a program goes under the icon of a document, or of what opens documents."""
    programs = {program_of(target) for target in shortcut.targets if is_runnable(target)}
    if not programs or shortcut.installed or programs & _DOCUMENT_PROGRAMS:
        return False
    icon = shortcut.icon.strip()
    return bool(_DOCUMENT.search(icon)) or program_of(icon) in _DOCUMENT_PROGRAMS
