"""Copy a rule set, and nothing else that lies in its folder, within bounds.

The folder may be anybody's: an upload, or a folder below /home that root hands in.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scanners.rules.manifest import MANIFEST, manifest, ruleset_files
from verdicts.rulesets.records import SetMalformed

SIGNATURE = "MANIFEST.sig"
"""Name of the signature in a stored set: base64 of Ed25519 over the bytes of MANIFEST."""
MAX_SIGNATURE = 1024
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a set may be.  40,000 public rules are 60 MiB in 700 files."""

    files: int = 10_000
    file_bytes: int = 64 * 1024 * 1024
    bytes: int = 256 * 1024 * 1024


BOUNDS = Bounds()


def copy_set(source: Path, target: Path, bounds: Bounds = BOUNDS) -> bytes:
    """Copy the files of the set to a folder that is made here; return the manifest of the copy.

    Files are 0444.  A manifest is written beside them, and the signature goes along if there is
    one for just this content.  Raises SetMalformed, and leaves nothing then.
    """
    target.mkdir(mode=0o700, parents=True)
    try:
        listed = b"".join(_copied(source.resolve(), target, bounds))
        if not listed:
            raise SetMalformed(f"{source} is no rule set: it has no yara/, policy.toml or the like")
        if listed != manifest(target):
            raise SetMalformed(f"{source} changed while it was read; try again")
        _write(target / MANIFEST, listed)
        if (signature := _signature(source, listed)) is not None:
            _write(target / SIGNATURE, signature)
    except BaseException:
        shutil.rmtree(target)
        raise
    return listed


def _copied(root: Path, target: Path, bounds: Bounds) -> Iterator[bytes]:
    """Copy file by file and yield their lines of the manifest."""
    try:
        names = ruleset_files(root)
    except OSError as error:
        raise SetMalformed(f"{root} cannot be read: {error.strerror}") from error
    if len(names) > bounds.files:
        raise SetMalformed(f"a rule set has {bounds.files} files at most, this has {len(names)}")
    left = bounds.bytes
    for name in names:
        path = target / name
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with open_within(root, name) as file, path.open("xb") as copy:
            room = min(left, bounds.file_bytes)
            while piece := file.read(min(PIECE, room + 1)):
                room -= len(piece)
                left -= len(piece)
                if room < 0:
                    raise SetMalformed(
                        f"{name}: a rule set has {bounds.bytes} bytes at most, "
                        f"and {bounds.file_bytes} in one file"
                    )
                digest.update(piece)
                copy.write(piece)
            os.fchmod(copy.fileno(), 0o444)
        yield f"{digest.hexdigest()}  {name}\n".encode()


def open_within(root: Path, name: str) -> BinaryIO:
    """Open a regular file that lies below the folder, whatever links the way to it holds.

    `root` is free of links.  What was opened is looked at, not the name: that may be exchanged.
    """
    try:
        descriptor = os.open(root / name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SetMalformed(f"{name} cannot be read: {error.strerror}") from error
    try:
        place = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SetMalformed(f"{name} is no regular file")
        if not place.is_relative_to(root):
            raise SetMalformed(f"{name} is a link to a place outside; put the file itself there")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _signature(source: Path, listed: bytes) -> bytes | None:
    """Return the signature if it was made for this content; an edited copy carries none."""
    root = source.resolve()
    if not (root / SIGNATURE).is_file() or not (root / MANIFEST).is_file():
        return None
    with open_within(root, MANIFEST) as file:
        if file.read(len(listed) + 1) != listed:
            return None
    with open_within(root, SIGNATURE) as file:
        return file.read(MAX_SIGNATURE)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o444)
