"""Folders in which rule sets are handed to the supervisor, so that it reads no home directory.

A client makes one in `<state>/rulesets/incoming/` and names it in an order; the supervisor takes
from it what is a rule set, and removes it.
"""

import contextlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path

from verdicts.rulesets.bundle import unpack
from verdicts.rulesets.copying import copy_set
from verdicts.rulesets.orders import OrderRefused

KEPT_SECONDS = 24 * 3600
NAME = re.compile(r"[0-9a-f]{16}")


def incoming(store_folder: Path) -> Path:
    """Return a path of the caller's own, not there yet, for `unpack` or `copy_set`."""
    parent = store_folder / "incoming"
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return parent / secrets.token_hex(8)


def bring(store_folder: Path, source: Path) -> Path:
    """Copy a rule set, a folder or a bundle, for an order; return the folder it is in now.

    Blocks.  Raises SetMalformed, OSError.
    """
    target = incoming(store_folder)
    if source.is_file():
        with source.open("rb") as bundle:
            unpack(bundle, target)
    else:
        copy_set(source, target)
    _give_to_service(store_folder, target)
    return target


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


def _give_to_service(store_folder: Path, target: Path) -> None:
    """Let root's copy belong to whom the state belongs: the service has to remove it."""
    if os.geteuid() != 0:
        return
    owner = store_folder.parent.stat()
    for path in (store_folder, target.parent, target, *target.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
