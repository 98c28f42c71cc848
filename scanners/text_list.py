"""Lists that analysts keep as plain text in rules/: one entry a line, comments, nothing else."""

from pathlib import Path

MAX_LINES = 100_000
"""A list is read by every worker's parent; more than that is a mistake."""


def read_lines(path: Path) -> tuple[tuple[int, str], ...]:
    """Return number, from 1, and text of each entry, without blanks around it; () if no file is.

    A comment is a line that begins with "# " or is "#" alone: "#1" may be a password.  Raises
    ValueError for what is no UTF-8, or too long, and OSError.
    """
    if not path.exists():
        return ()
    lines = path.read_text("utf-8-sig").splitlines()
    if len(lines) > MAX_LINES:
        raise ValueError(f"{path.name}: more than {MAX_LINES} lines")
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return tuple((number, line) for number, line in numbered if line and not _is_comment(line))


def _is_comment(line: str) -> bool:
    return line == "#" or line.startswith(("# ", "#\t"))
