"""Files that are on the disk before anything says that they are there."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Return when the names in the folder are on the disk.  Blocks; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Return when all files and folders below, and the folder, are on the disk.  Blocks.

    For trees of our own: without links.  Raises OSError.
    """
    for _, _, files, place in os.fwalk(folder, topdown=False, onerror=_fail):
        for name in files:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        os.fsync(place)


def _fail(error: OSError) -> None:
    raise error
