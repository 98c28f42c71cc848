"""The folder that our own clamd reads: the rules of rules/clamav and the official database."""

import hashlib
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = frozenset(
    (
        *(".cat", ".cbc", ".cdb", ".cfg", ".cld", ".crb", ".cud", ".cvd", ".fp", ".ftm", ".gdb"),
        *(".hdb", ".hdu", ".hsb", ".hsu", ".idb", ".ign", ".ign2", ".imp", ".ldb", ".ldu", ".mdb"),
        *(".mdu", ".msb", ".msu", ".ndb", ".ndu", ".pdb", ".sfp", ".sign", ".wdb", ".yar", ".yara"),
    )
)
"""What libclamav loads from a folder (CLI_DBEXT in libclamav/readdb.h), without .pwdb, the
passwords that it would try, and with .sign, the signatures of CVD files since 1.5."""

RULE_PREFIX = "rules-"
FORMER_PREFIX = "former-"
"""Of rule sets by which somebody scans yet."""
GENERATION_FILE = "generation.ndb"
"""A signature of ours that tells which state of the folder clamd has loaded; see `generation`."""
SIGNATURE_NAME = "Douane.Generation."


NAME_START = "Douane."
"""How every signature of a rule set is called (rules/README.md), and no other."""


def is_ours(name: str) -> bool:
    """Return whether a detection of clamd is by a signature of a rule set."""
    return name.startswith(NAME_START)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    linked: bool
    """A link to the file itself; otherwise a copy."""
    state: tuple[int, int, int]
    """Size, time of change in nanoseconds, inode."""


class SignatureFolder:
    """Mirrors two folders in one.

    The official files, hundreds of MiB, are linked.  Rules are copied: they may lie where the
    user of clamd cannot go, and a half-saved one must not be what a restarting clamd reads.
    """

    def __init__(self, folder: Path, rules: Path, official: Path) -> None:
        self._folder = folder
        self._rules = rules
        self._official = official
        self._lock = threading.Lock()
        self._formers: tuple[Path, ...] = ()
        self._mirrored: dict[str, _Source] = {}
        self.generation = ""
        """16 hex digits of what the folder holds; set by refresh()."""
        self.official_generation = ""
        """The same of the official database alone."""

    def use(self, rules: Path, formers: tuple[Path, ...] = ()) -> None:
        """Take the signatures of rules from another folder, from the next refresh() on.

        What differs in the folders of `formers` is kept beside it: somebody scans by those yet.
        """
        with self._lock:
            self._rules = rules
            self._formers = formers

    def refresh(self) -> bool:
        """Bring the folder up to date; return whether clamd has to read it anew.

        The first call of a process always says so, and the next one if this one fails.  With no
        signature anywhere the folder is left as it is.  Any thread may call it: a clamd that is
        started again does, too.
        """
        with self._lock:
            return self._refresh()

    def _refresh(self) -> bool:
        wanted = self.sources()
        if wanted == self._mirrored or not wanted:
            return False
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        mirrored, self._mirrored = self._mirrored, {}
        changed = not mirrored
        for name, source in wanted.items():
            if mirrored.get(name) == source:
                continue
            if name not in mirrored or not self._is_same(name, source):
                self._mirror(name, source)
                changed = True
        for path in self._folder.iterdir():
            if path.name not in wanted and path.name != GENERATION_FILE:
                path.unlink()
                changed = True
        if changed:
            self._mark(wanted)
        self._mirrored = wanted
        return changed

    def written_generation(self) -> str:
        """Return the generation that the last refresh() of any process wrote; empty if none did."""
        try:
            text = (self._folder / GENERATION_FILE).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return ""
        name, _, _ = text.partition(":")
        return name.removeprefix(SIGNATURE_NAME)

    def sources(self) -> dict[str, _Source]:
        """Return what the folder should hold, by name."""
        found = {
            RULE_PREFIX + path.name: source
            for path in _signature_files(self._rules)
            if (source := _source(path, linked=False))
        }
        for number, former in enumerate(self._formers):
            for path in _signature_files(former):
                source = _source(path, linked=False)
                if source and not _same_content(path, self._rules / path.name):
                    found[f"{FORMER_PREFIX}{number}-{path.name}"] = source
        for path in _signature_files(self._official):
            if source := _source(path, linked=True):
                found[path.name] = source
        return found

    def _mark(self, mirrored: dict[str, _Source]) -> None:
        """Write the signature that only this state of the folder has.

        clamd's VERSION does not change with signatures of ours, and RELOAD answers before it is
        done: asking for a detection of this one is the only proof of what is loaded.
        """
        digest, official = hashlib.sha256(), hashlib.sha256()
        for name, source in sorted(mirrored.items()):
            said = f"{name}\0{source.state[0]}\0".encode()
            if source.linked:
                said += str(source.state[1]).encode()
                official.update(said)
            else:
                said += (self._folder / name).read_bytes()
            digest.update(said)
        self.generation = digest.hexdigest()[:16]
        self.official_generation = official.hexdigest()[:16]
        fresh = self._folder / f".{GENERATION_FILE}"
        pattern = generation_probe(self.generation).hex()
        fresh.write_text(f"{SIGNATURE_NAME}{self.generation}:0:*:{pattern}\n", "ascii")
        fresh.chmod(0o644)
        os.replace(fresh, self._folder / GENERATION_FILE)

    def _is_same(self, name: str, source: _Source) -> bool:
        """Return whether a rule of another rule set is what is mirrored: clamd need not know."""
        mirrored = self._folder / name
        return (
            not source.linked and not mirrored.is_symlink() and _same_content(mirrored, source.path)
        )

    def _mirror(self, name: str, source: _Source) -> None:
        """Replace one entry at once, so that no reader sees half of it."""
        fresh = self._folder / f".{name}"
        fresh.unlink(missing_ok=True)
        if source.linked:
            fresh.symlink_to(source.path.resolve())
        else:
            shutil.copyfile(source.path, fresh)
            fresh.chmod(0o644)
        os.replace(fresh, self._folder / name)


def generation_probe(generation: str) -> bytes:
    """Return the bytes in which clamd finds the signature of a state of the folder.

    A digest: no other signature that somebody writes will be found in it first.
    """
    return hashlib.sha256(generation.encode()).digest()


def has_signatures(folder: Path) -> bool:
    """Return whether clamd would find anything to load in the folder."""
    return any(_source(path, linked=False) for path in _signature_files(folder))


def _same_content(one: Path, other: Path) -> bool:
    """Return whether both are files that hold the same."""
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False


def _signature_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError:
        return []


def _source(path: Path, *, linked: bool) -> _Source | None:
    """Return None for what vanished meanwhile, is no file or begins with a dot."""
    try:
        status = path.stat()
    except OSError:
        return None
    if path.name.startswith(".") or not path.is_file():
        return None
    return _Source(path, linked, (status.st_size, status.st_mtime_ns, status.st_ino))
