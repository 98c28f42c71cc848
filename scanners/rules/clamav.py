"""Check the ClamAV signature files: names by convention, unique, and ClamAV itself loads them."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scanners.rules.records import Problem

SEPARATORS = {
    ".ndb": (":", 0), ".ldb": (";", 0), ".hdb": (":", 2), ".hsb": (":", 2), ".cdb": (":", 0),
}  # fmt: skip
"""Suffix -> field separator, and which field is the name.  (ClamAV manual, signatures)"""
NAME = re.compile(r"Douane(\.[A-Z][A-Za-z0-9]*){2,}")
NAME_FIX = "call it like Douane.Worm.Choke"
MAX_FILE_BYTES = 64 * 1024 * 1024
LOAD_SECONDS = 60
BAD_LINE = re.compile(r"Problem parsing database at line (\d+)")


def check_clamav(rules: Path) -> tuple[Problem, ...]:
    """Return what is wrong with `clamav/*`.  Without clamscan only names are checked."""
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted((rules / "clamav").glob("*")):
        if path.name.startswith("."):
            continue
        file = str(path.relative_to(rules))
        if path.suffix not in SEPARATORS or not path.is_file():
            known = " ".join(SEPARATORS)
            problems.append(Problem(file, 0, "", "not a signature file", f"use one of {known}"))
            continue
        problems += _check_names(path, file, seen)
        problems += _check_load(path, file)
    return tuple(problems)


def _check_names(path: Path, file: str, seen: dict[str, str]) -> Iterator[Problem]:
    if path.stat().st_size > MAX_FILE_BYTES:
        yield Problem(file, 0, "", "the file is too large", "split it")
        return
    separator, field = SEPARATORS[path.suffix]
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if line.startswith("#"):
            continue
        if not line.strip():
            yield Problem(
                file, number, "", "ClamAV refuses an empty line", 'remove it or write "#"'
            )
            continue
        fields = line.split(separator)
        name = fields[field] if field < len(fields) else ""
        if not NAME.fullmatch(name):
            yield Problem(file, number, name, "the name breaks the convention", NAME_FIX)
        elif name in seen:
            yield Problem(
                file, number, name, f"{seen[name]} has a signature of that name", "rename"
            )
        seen.setdefault(name, file)


def _check_load(path: Path, file: str) -> Iterator[Problem]:
    """Let ClamAV load the one file and scan nothing with it."""
    program = shutil.which("clamscan")
    if program is None:
        return
    with tempfile.NamedTemporaryFile() as nothing:
        command = [program, "--no-summary", f"--database={path}", nothing.name]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, no shell
                command, capture_output=True, timeout=LOAD_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            yield Problem(
                file, 0, "", f"ClamAV did not load it in {LOAD_SECONDS} s", "make it smaller"
            )
            return
    if done.returncode:
        message = (done.stderr + done.stdout).decode(errors="replace")
        bad = BAD_LINE.search(message)
        first = message.strip().splitlines()[:1]
        problem = f"ClamAV does not load it: {first[0] if first else 'no message'}"
        yield Problem(
            file, int(bad[1]) if bad else 0, "", problem, "see the ClamAV manual, signatures"
        )
