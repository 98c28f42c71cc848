"""The key under which passwords are told apart: <state>/password.key, made at the first start.

Marks of two installations, or of one that lost its key, say nothing of each other.
"""

import os
import secrets
from pathlib import Path

SECRET_FILE = "password.key"  # noqa: S105 - its name
SHORTEST = 16
"""Bytes."""
MADE = 32
LONGEST = 4096


def ensure_secret(state: Path, name: str = SECRET_FILE) -> Path:
    """Make a key, readable by its owner only, unless there is one; return the path of its file.

    Raises OSError.  Two that start at once end with the same key.
    """
    path = state / name
    if path.exists():
        return path
    partial = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w") as file:
            file.write(secrets.token_hex(MADE) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
    return path


def read_secret(path: Path | None) -> bytes:
    """Return the key; one of this process alone if there is no file, or not for us.

    Raises ValueError if what is there is too short to be one.
    """
    try:
        secret = path.read_bytes()[:LONGEST].strip() if path else secrets.token_bytes(MADE)
    except (FileNotFoundError, PermissionError):
        return secrets.token_bytes(MADE)
    if len(secret) < SHORTEST:
        raise ValueError(f"{path} is no key: delete it, and the next start makes a new one")
    return secret
