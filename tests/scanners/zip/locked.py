"""Encrypted archives, by our own builders and by the tools that people use."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyzipper

from samples import builders
from samples.zip_archives import aes_member, archive_of, crypto_member

PASSWORD = "infected"  # noqa: S105
PE = builders.pe()
FILES = {"read.me": b"Nothing to see here.\n" * 40, "a.exe": PE, "empty": b""}


def _tool(folder: Path, *command: str) -> bytes:
    tree = folder / "tree"
    tree.mkdir(exist_ok=True)
    for name, data in FILES.items():
        (tree / name).write_bytes(data)
    subprocess.run(
        [*command, folder / "out.zip", *FILES], cwd=tree, capture_output=True, check=True
    )
    return (folder / "out.zip").read_bytes()


def _pyzipper(strength: int) -> bytes:
    stream = io.BytesIO()
    with pyzipper.AESZipFile(stream, "w", pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=64 * (strength + 1))
        for name, data in FILES.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _own(make: Callable[..., object], **options: object) -> bytes:
    members = (make(name, data, PASSWORD.encode(), **options) for name, data in FILES.items())
    return archive_of(*members)  # type: ignore[arg-type]


_PIPE = 'out="$1"; shift; zip -q -P "$0" - "$@" | cat > "$out"'

LOCKED: dict[str, Callable[[Path], bytes]] = {
    "ZipCrypto": lambda folder: _own(crypto_member),
    "AES-128, AE-1": lambda folder: _own(aes_member, strength=1, version=1),
    "AES-192, AE-1": lambda folder: _own(aes_member, strength=2, version=1),
    "AES-256, AE-2": lambda folder: _own(aes_member, strength=3, version=2),
    "pyzipper, AES-128": lambda folder: _pyzipper(1),
    "pyzipper, AES-256": lambda folder: _pyzipper(3),
    "zip": lambda folder: _tool(folder, "zip", "-q", "-P", PASSWORD),
    "zip, stored": lambda folder: _tool(folder, "zip", "-q", "-0", "-P", PASSWORD),
    "zip, deferred": lambda folder: _tool(folder, "zip", "-q", "-fd", "-P", PASSWORD),
    "zip, to a pipe": lambda folder: _tool(folder, "sh", "-c", _PIPE, PASSWORD),
    "7zz, ZipCrypto": lambda folder: _tool(folder, "7zz", "a", "-tzip", f"-p{PASSWORD}"),
    "7zz, AES-256": lambda folder: _tool(
        folder, "7zz", "a", "-tzip", "-mem=AES256", f"-p{PASSWORD}"
    ),
    "7zz, AES-128, LZMA": lambda folder: _tool(
        folder, "7zz", "a", "-tzip", "-mem=AES128", "-mm=LZMA", f"-p{PASSWORD}"
    ),
    "7zz, AES-192, PPMd": lambda folder: _tool(
        folder, "7zz", "a", "-tzip", "-mem=AES192", "-mm=PPMd", f"-p{PASSWORD}"
    ),
    "7zz, ZipCrypto, Deflate64": lambda folder: _tool(
        folder, "7zz", "a", "-tzip", "-mm=Deflate64", f"-p{PASSWORD}"
    ),
}  # fmt: skip
"""How it was encrypted -> a call that makes it, in an empty folder."""
