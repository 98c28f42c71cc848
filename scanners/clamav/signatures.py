"""The folder that our own clamd reads: the rules of rules/clamav and the official database."""

import hashlib
import os
import shutil
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
GENERATION_FILE = "generation.ndb"
"""A signature of ours that tells which state of the folder clamd has loaded; see `generation`."""
SIGNATURE_NAME = "Douane.Generation."


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
        self._mirrored: dict[str, _Source] = {}
        self.generation = ""
        """16 hex digits of what the folder holds; set by refresh()."""

    def use(self, rules: Path) -> None:
        """Take the signatures of rules from another folder, from the next refresh() on."""
        self._rules = rules

    def refresh(self) -> bool:
        """Bring the folder up to date; return whether clamd has to read it anew.

        The first call of a process always says so.  With no signature anywhere the folder is
        left as it is.
        """
        wanted = self.sources()
        if wanted == self._mirrored or not wanted:
            return False
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        changed = not self._mirrored
        for name, source in wanted.items():
            if self._mirrored.get(name) != source and not self._is_same(name, source):
                self._mirror(name, source)
                changed = True
        for path in self._folder.iterdir():
            if path.name not in wanted and path.name != GENERATION_FILE:
                path.unlink()
                changed = True
        self._mirrored = wanted
        if changed:
            self._mark()
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
        for path in _signature_files(self._official):
            if source := _source(path, linked=True):
                found[path.name] = source
        return found

    def _mark(self) -> None:
        """Write the signature that only this state of the folder has.

        clamd's VERSION does not change with signatures of ours, and RELOAD answers before it is
        done: asking for a detection of this one is the only proof of what is loaded.
        """
        digest = hashlib.sha256()
        for name, source in sorted(self._mirrored.items()):
            digest.update(f"{name}\0{source.state[0]}\0".encode())
            state = str(source.state[1]).encode()
            digest.update(state if source.linked else (self._folder / name).read_bytes())
        self.generation = digest.hexdigest()[:16]
        fresh = self._folder / f".{GENERATION_FILE}"
        pattern = generation_probe(self.generation).hex()
        fresh.write_text(f"{SIGNATURE_NAME}{self.generation}:0:*:{pattern}\n", "ascii")
        fresh.chmod(0o644)
        os.replace(fresh, self._folder / GENERATION_FILE)

    def _is_same(self, name: str, source: _Source) -> bool:
        """Return whether a rule of another rule set is what is mirrored: clamd need not know."""
        mirrored = self._folder / name
        return (
            name in self._mirrored
            and not source.linked
            and not mirrored.is_symlink()
            and mirrored.read_bytes() == source.path.read_bytes()
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
