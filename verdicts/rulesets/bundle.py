"""A rule set as one file: a .tar.gz with its manifest, and its signature if there is a key."""

import gzip
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scanners.rules.manifest import MANIFEST, manifest, manifest_id, ruleset_files
from verdicts.rulesets.copying import BOUNDS, MAX_SIGNATURE, SIGNATURE, Bounds, copy_set
from verdicts.rulesets.diff import digests
from verdicts.rulesets.records import SetMalformed
from verdicts.rulesets.signature import sign
from verdicts.rulesets.ustar import BundleMalformed, Entry, Inflated, entries

MAX_MANIFEST = 4 * 1024 * 1024
OWN = {MANIFEST: MAX_MANIFEST, SIGNATURE: MAX_SIGNATURE}


def pack(source: Path, target: Path, key: Ed25519PrivateKey | None) -> str:
    """Write the rule set in the folder to a file; return its id.

    The same content makes the same bytes.  A signature that the folder has is kept if there is no
    key.  Raises SetMalformed, OSError.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "set"
        listed = copy_set(source, copy)
        if key is not None:
            (copy / SIGNATURE).unlink(missing_ok=True)
            (copy / SIGNATURE).write_bytes(sign(listed, key))
        names = [name for name in OWN if (copy / name).exists()] + ruleset_files(copy)
        partial = target.with_name(f".{target.name}.new")
        try:
            with (
                partial.open("wb") as file,
                gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
            ):
                for name in names:
                    _add(archive, copy / name, name)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return manifest_id(listed)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    entry = tarfile.TarInfo(name)  # time, owner and group are 0
    entry.size, entry.mode = path.stat().st_size, 0o444
    try:
        with path.open("rb") as file:
            archive.addfile(entry, file)
    except ValueError as error:
        raise SetMalformed(f"{name}: {error}; give the file a shorter name") from error


def unpack(stream: BinaryIO, folder: Path, bounds: Bounds = BOUNDS) -> None:
    """Write the rule set of a bundle to a folder that is made here.  Blocks.

    It holds just the files that its manifest lists.  Raises BundleMalformed, OSError, and leaves
    nothing then.
    """
    folder.mkdir(mode=0o700, parents=True)
    try:
        _write_all(stream, folder, bounds)
        _compare(folder)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _write_all(stream: BinaryIO, folder: Path, bounds: Bounds) -> None:
    data, seen, left = Inflated(stream), set[str](), bounds.bytes
    for entry in entries(data):
        if entry.path.lower() in seen:
            raise BundleMalformed(f"entry {entry.path} is there twice, or differs in case only")
        seen.add(entry.path.lower())
        left -= 0 if entry.path in OWN else entry.size
        _check_bounds(entry, len(seen), left, bounds)
        try:
            (folder / entry.path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            with (folder / entry.path).open("xb") as file:
                for piece in data.pieces(entry.size):
                    file.write(piece)
        except (FileExistsError, NotADirectoryError):
            raise BundleMalformed(f"entry {entry.path} is a file and a folder") from None


def _check_bounds(entry: Entry, count: int, left: int, bounds: Bounds) -> None:
    if count > bounds.files + len(OWN):
        raise BundleMalformed(f"a rule set has {bounds.files} files at most")
    if left < 0:
        raise BundleMalformed(f"a rule set has {bounds.bytes} bytes at most")
    if entry.size > (most := OWN.get(entry.path, bounds.file_bytes)):
        raise BundleMalformed(f"entry {entry.path} has more than {most} bytes")


def _compare(folder: Path) -> None:
    """Raise BundleMalformed unless manifest and files say the same."""
    try:
        stated = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise BundleMalformed(f"it has no {MANIFEST}; make it by `douane rules pack`") from None
    found = {path for path in folder.rglob("*") if path.is_file()}
    names = {path.relative_to(folder).as_posix() for path in found} - OWN.keys()
    if foreign := sorted(names - set(ruleset_files(folder))):
        raise BundleMalformed(f"entry {foreign[0]} is no part of a rule set")
    listed = manifest(folder)
    if listed != stated:
        raise BundleMalformed(f"{_difference(listed, stated)} is not as {MANIFEST} says")


def _difference(listed: bytes, stated: bytes) -> str:
    was, now = digests(stated), digests(listed)
    differing = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
    return ascii(differing[0])[1:-1] if differing else "the order of the files"
