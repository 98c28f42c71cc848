"""Folders in which rule sets are handed to the supervisor, so that it reads no home directory.

A client makes one in `<state>/rulesets/incoming/` and names it in an order; the supervisor takes
from it what is a rule set, and removes it.

The client may be root, and the state another user's, who may exchange any folder of it at any
time.  So every folder is opened once and gone on from, and all is written within one that nobody
else can enter before it is whole.
"""

import contextlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from scanners.rules.manifest import MANIFEST
from verdicts.rulesets.bundle import unpack
from verdicts.rulesets.copying import SIGNATURE, copy_set
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import RulesetError

KEPT_SECONDS = 24 * 3600
NAME = re.compile(r"[0-9a-f]{16}")
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class HandoverFailed(RulesetError):
    """The folders of the state are not what they should be."""


def bring(store_folder: Path, source: Path) -> Path:
    """Copy a rule set, a folder or a bundle, for an order; return the folder it is in now.

    Blocks.  Raises SetMalformed, HandoverFailed, OSError.
    """
    if source.is_file():
        with source.open("rb") as bundle:
            return bring_bundle(store_folder, bundle)
    return _bring(store_folder, partial(copy_set, source))


def bring_bundle(store_folder: Path, bundle: BinaryIO) -> Path:
    """Unpack what is read from the bundle, as `bring` does."""
    return _bring(store_folder, partial(unpack, bundle))


def bring_changed(store_folder: Path, source: Path, changed: Mapping[str, bytes]) -> Path:
    """Copy a rule set with another content of some of its files, by name, as `bring` does."""

    def write(target: Path) -> None:
        copy_set(source, target)
        for made in (MANIFEST, SIGNATURE):  # of what it was
            (target / made).unlink(missing_ok=True)
        for name, content in changed.items():
            (target / name).unlink(missing_ok=True)
            (target / name).write_bytes(content)

    return _bring(store_folder, write)


def handed_over(store_folder: Path, folder: str) -> Path:
    """Return the folder that an order names.  Raises OrderRefused if it is not one of ours."""
    name = Path(folder).name  # the two sides may have other names for what is above
    path = store_folder / "incoming" / name
    if not NAME.fullmatch(name) or path.is_symlink() or not path.is_dir():
        raise OrderRefused("the order names no folder that was handed over; hand it in again")
    return path


def sweep(store_folder: Path) -> None:
    """Remove what clients left that went away before they gave their order."""
    for path in (store_folder / "incoming").glob("*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime < time.time() - KEPT_SECONDS:
                shutil.rmtree(path)


def _bring(store_folder: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` make a folder, and put it where orders find it."""
    name = secrets.token_hex(8)
    with contextlib.ExitStack() as opened:
        state = os.open(store_folder.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(os.close, state)
        owner = os.fstat(state)
        top = opened.enter_context(_folder_of(owner, state, store_folder.name))
        incoming = opened.enter_context(_folder_of(owner, top, "incoming"))
        own = opened.enter_context(_own_folder(incoming, f".new-{name}"))
        write(Path(f"/proc/self/fd/{own}") / name)
        _give(owner, own, name)
        os.rename(name, name, src_dir_fd=own, dst_dir_fd=incoming)
    return store_folder / "incoming" / name


@contextlib.contextmanager
def _folder_of(owner: os.stat_result, parent: int, name: str) -> Iterator[int]:
    """Open a folder of the state, which is made if it is not there, as its owner's."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
    with _opened(parent, name) as folder:
        found = os.fstat(folder)
        if found.st_uid != owner.st_uid and _is_only_ours(found):
            os.fchown(folder, owner.st_uid, owner.st_gid)
        yield folder


@contextlib.contextmanager
def _own_folder(parent: int, name: str) -> Iterator[int]:
    """Make a folder that nobody else can enter; it goes in the end, with what is in it."""
    os.mkdir(name, 0o700, dir_fd=parent)
    with _opened(parent, name) as folder:
        if not _is_only_ours(os.fstat(folder)):
            raise HandoverFailed(f"somebody exchanges folders of the rule sets: {name}")
        try:
            yield folder
        finally:
            for left in os.listdir(folder):
                shutil.rmtree(left, ignore_errors=True, dir_fd=folder)
            with contextlib.suppress(OSError):  # its name is the state's owner's to give away
                os.rmdir(name, dir_fd=parent)


@contextlib.contextmanager
def _opened(parent: int, name: str) -> Iterator[int]:
    try:
        folder = os.open(name, FOLDER, dir_fd=parent)
    except OSError as error:
        raise HandoverFailed(f"{name} is no folder of the rule sets: {error.strerror}") from error
    try:
        yield folder
    finally:
        os.close(folder)


def _is_only_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077


def _give(owner: os.stat_result, folder: int, name: str) -> None:
    """Let root's copy belong to whom the state belongs: the service has to remove it."""
    if os.geteuid() != 0:
        return
    for _, _, files, place in os.fwalk(name, topdown=False, dir_fd=folder):
        for file in files:
            os.chown(file, owner.st_uid, owner.st_gid, dir_fd=place, follow_symlinks=False)
        os.fchown(place, owner.st_uid, owner.st_gid)
