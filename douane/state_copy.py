"""A copy of the state directory: all that a service needs to go on elsewhere, and to be trusted.

A folder with the database, the rule sets, the keys, and `MANIFEST` (as sha256sum writes it).
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from douane.settings import Settings
from douane.state import is_served
from verdicts.ledger.access.audit_trail import AUDIT_HEAD_FILE
from verdicts.ledger.backup import NotEmbedded, copy_database, database_file, faults
from verdicts.ledger.journal import JOURNAL_FILE
from verdicts.rulesets.durable import sync_folder, sync_tree
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.store import Store

MANIFEST = "MANIFEST"
DATABASE = "douane.sqlite"
NOT_STATE = ("run", "spool", "pieces", "clamd", "kept")
"""Folders with what a start makes anew, or may do without."""
COPIED = (MANIFEST, AUDIT_HEAD_FILE, JOURNAL_FILE)
"""Files that are no part of the state, or in the copy by then."""
PIECE = 1024 * 1024
Progress = Callable[[str, int, int], None]
"""Told what is being copied, how much is done, and of how much."""


class StateError(Exception):
    """It cannot be done; the text says what to do."""


def back_up(settings: Settings, target: Path, progress: Progress) -> list[str]:
    """Write a copy into a new folder, while the service runs or not; return what is not in it.

    Raises StateError, OSError.  What was begun and failed is removed.
    """
    state = settings.state.directory
    if not state.is_dir():
        raise StateError(f"there is no state in {state}; see [state] directory")
    try:
        target.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise StateError(f"{target} is there already; name a new folder") from None
    try:
        missing = list(_copy_all(settings, target, progress))
        lines = [f"{_digest(target / name)}  {name}\n" for name in sorted(_files(target))]
        _write(target / MANIFEST, "".join(lines))
        sync_tree(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return missing


def restore(settings: Settings, source: Path, progress: Progress) -> Path | None:
    """Put a copy in the place of the state; return where the former state lies now, if any.

    Raises StateError, OSError; the state is as before then.
    """
    if is_served(settings):
        raise StateError("the service runs; stop it first")
    wrong = list(copy_faults(source))
    if wrong:
        raise StateError(f"{source} cannot be trusted: {wrong[0]}")
    try:
        database = database_file(settings.database.url)
    except NotEmbedded:
        database = None
    state = settings.state.directory
    state.parent.mkdir(parents=True, exist_ok=True)
    fresh = state.with_name(f"{state.name}.restored")
    shutil.rmtree(fresh, ignore_errors=True)  # of one that was killed
    names = sorted(_files(source) - {MANIFEST})
    try:
        for number, name in enumerate(names):
            progress(name, number, len(names))
            _copy(source, name, fresh)
        if database is None and (state / JOURNAL_FILE).exists():
            # The log itself stays on its server, and what waits for it has to come to it
            (fresh / JOURNAL_FILE).unlink(missing_ok=True)
            _copy(state, JOURNAL_FILE, fresh)
        sync_tree(fresh)
        former = _set_aside(state)
        fresh.rename(state)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if database not in {None, state / DATABASE} and (state / DATABASE).exists():
        _replace_database(state / DATABASE, database)
    sync_folder(state.parent)
    return former


def state_faults(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the state, a sentence each; may be asked while it is served."""
    state = settings.state.directory
    with suppress(NotEmbedded):
        database = database_file(settings.database.url)
        if not database.exists():
            yield f"there is no database at {database}; a start makes an empty one"
        else:
            yield from (f"{database.name}: {fault}" for fault in faults(database))
    yield from _ruleset_faults(settings.rulesets_directory)
    for path in (state, *state.glob("*.key")):
        if path.exists() and path.stat().st_mode & 0o077:
            yield f"others may read {path}: chmod go= {path}"


def copy_faults(copy: Path) -> Iterator[str]:
    """Yield what is wrong with a copy."""
    try:
        lines = (copy / MANIFEST).read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        yield f"it has no {MANIFEST}: it is no copy, or one that was not finished"
        return
    listed: dict[str, str] = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = _files(copy) - {MANIFEST}
    for name in sorted(there ^ listed.keys()):
        yield f"{name} is {'not in' if name in there else 'only in'} its {MANIFEST}"
    for name in sorted(there & listed.keys()):
        if _digest(copy / name) != listed[name]:
            yield f"{name} has been changed"
    if (copy / DATABASE).exists():
        yield from (f"{DATABASE}: {fault}" for fault in faults(copy / DATABASE))


def _copy_all(settings: Settings, target: Path, progress: Progress) -> Iterator[str]:
    """Copy; yield what is left out."""
    state = settings.state.directory
    database: Path | None = None
    try:
        database = database_file(settings.database.url)
    except NotEmbedded:
        yield "the verdict log: it is on a database server; copy it with pg_dump"
    for name in (AUDIT_HEAD_FILE, JOURNAL_FILE):
        with suppress(FileNotFoundError):  # before the rows: what moves there now is in both then
            _copy(state, name, target)
    if database is not None and database.exists():
        copy_database(
            database, target / DATABASE, lambda done, total: progress(DATABASE, done, total)
        )
    live = {f"{database}{end}" for end in ("", "-wal", "-shm", "-journal")} if database else set()
    # Its list of sets first: a set that is taken in meanwhile is then a file too many, not one
    # too few
    names = sorted(_files(state), key=lambda name: name != "rulesets/state.json")
    for number, name in enumerate(names):
        if name.split("/")[0] in NOT_STATE or str(state / name) in live or name in COPIED:
            continue
        progress(name, number, len(names))
        with suppress(FileNotFoundError):  # gone since it was listed
            _copy(state, name, target)


def _ruleset_faults(folder: Path) -> Iterator[str]:
    store = Store(folder)
    try:
        for one in store.all():
            store.verify(one.id)
    except RulesetError as error:
        yield f"rule sets: {error}"


def _files(folder: Path) -> set[str]:
    """Return the names of all plain files below, relative; links are not followed."""
    return {
        str((Path(place) / name).relative_to(folder))
        for place, _, names in os.walk(folder)
        for name in names
        if not (Path(place) / name).is_symlink() and (Path(place) / name).is_file()
    }


def _copy(source: Path, name: str, target: Path) -> None:
    """Copy one file below `source` to the same place below `target`, for its owner only."""
    for folder in reversed(Path(name).parents):
        (target / folder).mkdir(mode=0o700, exist_ok=True)
    mode = (source / name).stat().st_mode & 0o700
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    with (source / name).open("rb") as old, open(os.open(target / name, flags, mode), "wb") as new:
        shutil.copyfileobj(old, new, PIECE)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w") as file:
        file.write(text)


def _set_aside(state: Path) -> Path | None:
    """Rename the present state, if there is any, to a name that is free."""
    if not state.exists():
        return None
    for number in range(1, 1000):
        place = state.with_name(f"{state.name}.before-{number}")
        if not place.exists():
            state.rename(place)
            return place
    raise StateError(f"there are 999 former states beside {state}; remove some")


def _replace_database(copy: Path, database: Path) -> None:
    """Move the copy to where the settings want the database; the former one is set aside."""
    if database.exists():
        _set_aside(database)
    for companion in ("-wal", "-shm"):
        Path(f"{database}{companion}").unlink(missing_ok=True)
    shutil.move(copy, database)
