"""Check the ClamAV signature files: names by convention, unique, and ClamAV itself loads them all.

ClamAV refuses a whole database for one bad line, and leaves out without a word what its version or
the target does not know: a signature that never matches would be believed in, so they are counted.
(`sigtool` decodes one signature at a time and finds nothing that loading does not.)
"""

import os
import re
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanners.rules.manifest import PATH, UNREAD, UNREAD_FIX, shown
from scanners.rules.records import KnownRule, Problem, RuleFindings

SEPARATORS = {
    ".ndb": (":", 0), ".ldb": (";", 0), ".hdb": (":", 2), ".hsb": (":", 2), ".cdb": (":", 0),
}  # fmt: skip
"""Suffix -> field separator, and which field is the name.  (ClamAV manual, signatures)"""
NAME = re.compile(r"Douane(\.[A-Z][A-Za-z0-9]*){2,}")
NAME_FIX = "call it like Douane.Worm.Choke"
NICENESS = 10
"""Live traffic goes first."""
MAX_NAME = 200
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_PROBLEMS = 100
"""Of one file: the rest is told by their number."""
LOAD_SECONDS = 60
MEMORY_BYTES = 2 * 1024 * 1024 * 1024  # 16 MiB of hashes load in a tenth of it
BAD_LINE = re.compile(r"Problem parsing database at line (\d+)")
LOADED = re.compile(r"^Known viruses: (\d+)$", re.MULTILINE)
NO_CLAMAV = "clamscan is not installed: ClamAV itself did not load rules/clamav/"


@dataclass(slots=True)
class _Signatures:
    """What the files hold; problems gather as they are read."""

    problems: list[Problem] = field(default_factory=list)
    known: dict[str, KnownRule] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """File that ClamAV would read -> signatures in it."""


def check_clamav(rules: Path) -> RuleFindings:
    """Return problems and signatures of `clamav/*`.  Without clamscan only names are checked."""
    found = _Signatures()
    for path in sorted((rules / "clamav").glob("*")):
        if not path.name.startswith("."):
            _read(path, path.relative_to(rules).as_posix(), found)
    program = shutil.which("clamscan")
    if program is not None:
        found.problems += _check_load(program, rules, found.counts)
    unchecked = () if program else (NO_CLAMAV,)
    return RuleFindings(
        tuple(found.problems), rules=tuple(found.known.values()), unchecked=unchecked
    )


def run_clamscan(
    program: str, databases: Sequence[Path], words: Sequence[str], seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """Run clamscan with these files as its database a bound on its memory, and no hurry.

    Raises subprocess.TimeoutExpired.
    """
    command = [program, *(f"--database={path}" for path in databases), *words]
    with subprocess.Popen(  # noqa: S603 - a fixed program, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"LC_ALL": "C"}
    ) as running:
        resource.prlimit(running.pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        os.setpriority(os.PRIO_PROCESS, running.pid, NICENESS)
        try:
            output, errors = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
        return subprocess.CompletedProcess(command, running.returncode, output, errors)


def _read(path: Path, file: str, found: _Signatures) -> None:
    if not PATH.fullmatch(file):
        found.problems.append(Problem(shown(file), 0, "", UNREAD, UNREAD_FIX))
        return
    if path.suffix not in SEPARATORS or not path.is_file():
        fix = f"use one of {' '.join(SEPARATORS)}"
        found.problems.append(Problem(file, 0, "", "not a signature file", fix))
        return
    if path.stat().st_size > MAX_FILE_BYTES:
        found.problems.append(Problem(file, 0, "", "the file is too large", "split it"))
        return
    separator, at = SEPARATORS[path.suffix]
    problems: list[Problem] = []
    found.counts[file] = 0
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.rstrip("\r\n").isprintable():
                said, fix = "the line is not printable", "remove tabs and control characters"
                problems.append(Problem(file, number, "", said, fix))
            if line.startswith("#"):
                continue
            fields = line.strip().split(separator, at + 1)
            name = fields[at][:MAX_NAME] if at < len(fields) else ""
            problems += (Problem(file, number, name, *one) for one in _faults(line, name, found))
            if line.strip():
                found.counts[file] += 1
                found.known.setdefault(name, KnownRule(name, file, number))
    if (more := len(problems) - MAX_PROBLEMS) > 0:
        said = f"and {more} more problems in this file"
        problems[MAX_PROBLEMS:] = [Problem(file, 0, "", said, "correct the first ones")]
    found.problems += problems


def _faults(line: str, name: str, found: _Signatures) -> Iterator[tuple[str, str]]:
    if not line.strip():
        yield "ClamAV refuses an empty line", 'remove it or write "#"'
    elif not NAME.fullmatch(name):
        yield "the name breaks the convention", NAME_FIX
    elif name in found.known:
        yield f"{found.known[name].file} has a signature of that name", "rename"


def _check_load(program: str, rules: Path, counts: dict[str, int]) -> Iterator[Problem]:
    """Let ClamAV load all files at once; only if it will not, each by itself to say which."""
    if not counts or _load(program, [rules / file for file in counts]) == sum(counts.values()):
        return
    for file, count in counts.items():
        loaded = _load(program, [rules / file])
        if isinstance(loaded, _Refusal):
            yield Problem(file, loaded.line, "", loaded.said, loaded.fix)
            if loaded.late:  # one is enough to wait for
                return
        elif loaded != count:
            said = f"ClamAV leaves out {count - loaded} of {count} signatures without a word"
            fix = "correct Engine (81-255) and Target (0 to 14), and give no hash twice"
            yield Problem(file, 0, "", said, fix)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why ClamAV did not load a file."""

    said: str
    line: int = 0
    fix: str = "see the ClamAV manual, signatures"
    late: bool = False


def _load(program: str, files: Sequence[Path]) -> int | _Refusal:
    """Let ClamAV load the files and scan nothing with them; return how many signatures it has."""
    with tempfile.NamedTemporaryFile() as nothing:
        try:
            done = run_clamscan(program, files, [nothing.name], LOAD_SECONDS)
        except subprocess.TimeoutExpired:
            return _Refusal(
                f"ClamAV did not load it in {LOAD_SECONDS} s", 0, "make it smaller", late=True
            )
    loaded = LOADED.search(done.stdout.decode(errors="replace"))
    if done.returncode == 0 and loaded:
        return int(loaded[1])
    message = done.stderr.decode(errors="replace").strip()
    bad = BAD_LINE.search(message)
    first = message.splitlines()[0][:200] if message else f"it ended with {done.returncode}"
    return _Refusal(f"ClamAV does not load it: {first}", int(bad[1]) if bad else 0)
