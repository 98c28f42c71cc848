"""No rule may fire on honest files: those of the system and of Python's packages, or others.

Some 60,000 files take YARA half a minute on two processors, and ClamAV, which unpacks them, two.
"""

import os
import shutil
import stat
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from scanners.rules.clamav import SEPARATORS, run_clamscan
from scanners.rules.records import Goodware, GoodwareHit, KnownRule, Problem
from scanners.rules.throwaway import PROJECT, ThrowawayFailed, run_throwaway

FEWEST_FILES = 20_000
"""Of the default folders: less proves little."""
MOST_FILES = 1_000_000
PART_FILES = 4000
"""One process for each: a crash costs no more than these."""
YARA_SECONDS = 300
CLAMAV_SECONDS = 900
MAX_HITS = 1000
OURS = tuple(PROJECT / name for name in ("rules", "samples", "tests"))
"""What holds the texts of rules, because it is about them."""
INFECTED = ".UNOFFICIAL FOUND"
HIT_FIX = "demand more in the condition; if a file is not honest, name other folders by --goodware"
FEW_FIX = "name folders with honest files besides, --goodware DIR …"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Part:
    """What became of some of the files."""

    files: int = 0
    bytes: int = 0
    skipped: int = 0
    seconds: float = 0.0
    hits: tuple[GoodwareHit, ...] = ()
    failures: tuple[str, ...] = ()


def default_folders() -> tuple[Path, ...]:
    """Return where honest files are on every machine."""
    return Path("/usr/bin"), Path("/usr/share"), Path(sysconfig.get_path("purelib"))


def check_goodware(
    rules: Path, known: Collection[KnownRule], folders: Sequence[Path], progress: Progress
) -> tuple[Goodware, tuple[Problem, ...]]:
    """Hold all plain files below the folders against the set, which has to compile."""
    paths = sorted(honest_files(folders, (*OURS, rules)))
    chunks = [paths[at : at + PART_FILES] for at in range(0, len(paths), PART_FILES)]
    program = shutil.which("clamscan")
    parts: list[_Part] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as processes:
        work = [processes.submit(partial(_try, rules, program, chunk)) for chunk in chunks]
        try:
            for done in as_completed(work):
                parts.append(done.result())
                seen = sum(part.files + part.skipped for part in parts)
                progress(f"honest files: {seen:,} of {len(paths):,}")
        except BaseException:  # whoever gave up does not wait for what has not begun
            processes.shutdown(wait=False, cancel_futures=True)
            raise
    size = sum(part.bytes for part in parts)
    spent = sum(part.seconds for part in parts)
    hits = sorted((hit for part in parts for hit in part.hits), key=lambda hit: hit.path)
    found = Goodware(
        files=sum(part.files for part in parts),
        bytes=size,
        skipped=sum(part.skipped for part in parts),
        hits=tuple(hits[:MAX_HITS]),
        ms_per_mib=spent * 1000 / (size / 1024**2) if size else 0.0,
    )
    problems = (*_hit_problems(hits, known), *_failures(parts), *_too_few(found, folders))
    return found, problems


def honest_files(folders: Iterable[Path], apart: Iterable[Path]) -> Iterator[bytes]:
    """Yield each plain file once, links not followed, but what lies in the folders apart."""
    left_out = {os.fsencode(path.resolve()) for path in apart}
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for place, below, names in os.walk(os.fsencode(folder.resolve())):
            below[:] = [name for name in below if os.path.join(place, name) not in left_out]
            for name in names:
                path = os.path.join(place, name)
                try:
                    found = os.lstat(path)
                except OSError:
                    continue
                which = (found.st_dev, found.st_ino)
                if stat.S_ISREG(found.st_mode) and which not in seen and b"\n" not in path:
                    seen.add(which)
                    yield path
                if len(seen) >= MOST_FILES:
                    return


def _try(rules: Path, program: str | None, paths: Sequence[bytes]) -> _Part:
    try:
        given = b"\0".join(paths)
        said = run_throwaway(
            "scanners.rules.goodware_scan", str(rules.resolve()), seconds=YARA_SECONDS, given=given
        )
    except ThrowawayFailed as error:
        part = _Part(failures=(f"YARA {error}",))
    else:
        part = TypeAdapter(_Part).validate_python(said)
    if program is None:
        return part
    try:
        signed = tuple(_clamav_hits(program, rules, paths))
    except subprocess.TimeoutExpired:
        return replace(part, failures=(*part.failures, "ClamAV did not end"))
    return replace(part, hits=part.hits + signed)


def _clamav_hits(program: str, rules: Path, paths: Sequence[bytes]) -> Iterator[GoodwareHit]:
    databases = [path for path in (rules / "clamav").glob("*") if path.suffix in SEPARATORS]
    if not databases:
        return
    with tempfile.NamedTemporaryFile() as listed:
        listed.write(b"\n".join(paths))
        listed.flush()
        words = ["--no-summary", "--infected", f"--file-list={listed.name}"]
        done = run_clamscan(program, databases, words, CLAMAV_SECONDS)
    for line in done.stdout.decode("utf-8", "backslashreplace").splitlines():
        if line.endswith(INFECTED):
            path, _, name = line.removesuffix(INFECTED).rpartition(": ")
            yield GoodwareHit(name, path)


def _hit_problems(hits: Sequence[GoodwareHit], known: Collection[KnownRule]) -> Iterator[Problem]:
    places = {rule.name: rule for rule in known}
    paths: dict[str, list[str]] = {}
    for hit in hits:
        paths.setdefault(hit.rule, []).append(hit.path)
    for name, found in sorted(paths.items()):
        rule = places.get(name, KnownRule(name, "yara", 0))
        said = (
            f"fires on {len(found)} honest files" if name else f"{len(found)} files took too long"
        )
        yield Problem(rule.file, rule.line, name, f"{said}, such as {found[0]}", HIT_FIX)


def _failures(parts: Sequence[_Part]) -> Iterator[Problem]:
    for said in sorted({said for part in parts for said in part.failures}):
        fix = "try --goodware on fewer folders, or the quick check"
        yield Problem("yara", 0, "", f"honest files: {said}", fix)


def _too_few(found: Goodware, folders: Sequence[Path]) -> Iterator[Problem]:
    if set(default_folders()) <= set(folders) and found.files < FEWEST_FILES:
        said = f"only {found.files:,} honest files, less than {FEWEST_FILES:,}, prove little"
        yield Problem("yara", 0, "", said, FEW_FIX)
