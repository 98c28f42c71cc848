"""Lists that analysts keep as plain text in rules/: one entry a line, comments, nothing else."""

from pathlib import Path

MAX_LINES = 100_000
"""A list is read by every worker's parent; more than that is a mistake."""


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
    ListMalformed for what is no UTF-8, or too long, and OSError.
    """
    if not path.exists():
        return ()
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ListMalformed(path.name, line, "this is not UTF-8") from None
    if len(lines) > MAX_LINES:
        raise ListMalformed(path.name, 0, f"more than {MAX_LINES} lines")
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return tuple((number, line) for number, line in numbered if line and not _is_comment(line))


def _is_comment(line: str) -> bool:
    return line == "#" or line.startswith(("# ", "#\t"))
