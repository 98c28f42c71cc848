"""Scripts, told by their first line or by their language: a renamed script is a program still.

Systems go by the name, so nothing hides here for long; but whatever is called a program may be
stopped.  Prose, listings in documents and sources that no system runs have to stay text.
"""

import re
from itertools import islice

from scanners.types.languages import LANGUAGES, WORD_BYTES, Language, Mark

_WORDS_ONLY = bytes(byte if byte in WORD_BYTES else 0x20 for byte in range(256))

_SHEBANG = re.compile(rb"#![ \t]*/[^\s]*/(?:env[ \t]+(?:-\S+[ \t]+|\w+=\S*[ \t]+)*+)?([a-z]+)")
_ANY_SHEBANG = re.compile(rb"#![ \t]*/")
_ECHO_OFF = re.compile(rb"\s*@echo[ \t]+off\b", re.IGNORECASE)
_COMMAND = re.compile(
    rb"\s*(?:cmd(?:\.exe)?[ \t]+/c[ \t]+)?(?:start[ \t]+(?:/\w+[ \t]+)*+)?powershell(?:\.exe)?[ \t]"
    rb"[^\r\n]{0,300}-(?:e|en|enc\w*|nop\w*|w|windowstyle|ep|exec\w*|noni|c|command|file)[ \t]",
    re.IGNORECASE,
)
_INTERPRETERS = {
    b"sh": "shell", b"bash": "shell", b"dash": "shell", b"zsh": "shell", b"ksh": "shell",
    b"csh": "shell", b"tcsh": "shell", b"fish": "shell", b"ash": "shell", b"busybox": "shell",
    b"python": "python", b"pypy": "python", b"perl": "perl", b"ruby": "ruby", b"php": "php",
    b"node": "js", b"nodejs": "js", b"deno": "js", b"pwsh": "powershell", b"tclsh": "tcl",
    b"wish": "tcl", b"lua": "lua", b"awk": "awk", b"gawk": "awk", b"mawk": "awk", b"make": "make",
    b"osascript": "applescript",
}  # fmt: skip

_PROSE = re.compile(rb"\n(?!rem )[a-z'(),-]++(?: [a-z'(),-]++){6,}+[.:;]?(?=\n)")
_LISTING = re.compile(rb"\n(?:```|~~~|\.\. code|\.\. \w+::|={4,}\n)")
_FIELD = re.compile(rb"\n[a-z][a-z0-9-]{1,40}: \S")
_EDITOR = re.compile(rb"\n(?:syn(?:tax)? |au(?:tocmd)?!? |let [gbsl]:|setlocal \w+[+=])")
HEAD, TAIL = 4096, 2048
"""Bytes at the start and at the end of a text that are looked at."""
PROSE_SHARE = 5
"""One line of prose in so many makes a document of a text; comments are not counted as prose."""


def by_first_line(head: bytes) -> str | None:
    """Return the kind of script that the first bytes tell, whatever follows; None: no script."""
    if head.startswith(b"#@~^"):
        return "encoded"
    if found := _SHEBANG.match(head):
        return _INTERPRETERS.get(found[1], "")
    if _ANY_SHEBANG.match(head):
        return ""
    if _ECHO_OFF.match(head):
        return "batch"
    return "powershell" if _COMMAND.match(head) else None


def by_language(lower: bytes) -> str | None:
    """Return the language of a text in lower case; None if it is no script, or may be none."""
    if len(lower) > HEAD + TAIL:
        lower = lower[:HEAD] + b"\n" + lower[-TAIL:]
    words = frozenset(lower.translate(_WORDS_ONLY).split())
    candidates = [language for language in LANGUAGES if not language.words.isdisjoint(words)]
    if not candidates:
        return None
    lines = b"\n%b\n" % b"\n".join(filter(None, map(bytes.strip, lower.split(b"\n"))))
    for language in candidates:
        if _speaks(language, lines, words):
            return None if _is_document(lines) else language.kind
    return None


def _speaks(language: Language, lines: bytes, words: frozenset[bytes]) -> bool:
    def has(mark: Mark) -> bool:
        if isinstance(mark, frozenset):
            return not mark.isdisjoint(words)
        return mark.search(lines) is not None

    if language.must and not any(map(has, language.must)):
        return False
    found = islice(filter(has, language.marks), language.need)
    return len(list(found)) == language.need and not any(map(has, language.never))


def _is_document(lines: bytes) -> bool:
    """Say whether people read it: listings between marks, or prose outside of comments.

    What an editor reads to show the language holds its words, too.
    """
    if _FIELD.match(lines) or _LISTING.search(lines) or _EDITOR.search(lines):
        return True
    bare = b"".join(lines.split(b'"""')[::2])
    bare = b"".join(bare.split(b"'''")[::2])
    bare = b"".join(part.partition(b"#>")[2] or part for part in bare.split(b"<#"))
    return len(_PROSE.findall(bare)) * PROSE_SHARE > bare.count(b"\n")
