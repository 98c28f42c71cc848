"""Lists that analysts keep as plain text in rules/: one entry a line, comments, nothing else."""

import re
from pathlib import Path

MAX_LINES = 100_000
"""A list is read by every worker's parent; more than that is a mistake."""

_HIDDEN = re.compile(
    "[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
"""Controls, line ends of Unicode, what has no width and what turns the direction of writing."""


class ListMalformed(ValueError):
    """A list cannot be used; the text names the file, the line and the fix."""

    def __init__(self, name: str, line: int, said: str) -> None:
        super().__init__(f"{name}:{line}: {said}")
        self.line = line
        """From 1; 0: the file as a whole."""
        self.said = said


def read_lines(path: Path) -> tuple[tuple[int, str], ...]:
    """Return number, from 1, and text of each entry, without blanks around it; () if no file is.

    A comment is a line that begins with "# " or is "#" alone: "#1" may be a password.  Raises
    ListMalformed for what is no UTF-8, too long, or not seen in every editor, and OSError.
    """
    if not path.exists() and not path.is_symlink():  # a link that leads nowhere is a mistake
        return ()
    try:
        lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ListMalformed(path.name, line, "this is not UTF-8") from None
    if len(lines) > MAX_LINES + 1:  # behind the last line there is an empty one
        raise ListMalformed(path.name, 0, f"more than {MAX_LINES} lines")
    for number, text in enumerate(lines, 1):
        if hidden := _HIDDEN.search(text):
            said = f"the character U+{ord(hidden[0]):04X} hides or breaks what stands here"
            raise ListMalformed(path.name, number, f"{said}; remove it")
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return tuple((number, line) for number, line in numbered if line and not _is_comment(line))


def _is_comment(line: str) -> bool:
    return line == "#" or line.startswith(("# ", "#\t"))
