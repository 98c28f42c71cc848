"""Keys under which texts are told apart without being kept: made at the first start, in the state.

Marks of two installations, or of one that lost its key, say nothing of each other.
"""

import secrets
from contextlib import suppress
from pathlib import Path

from scanners.private_file import write_new

SECRET_FILE = "password.key"  # noqa: S105 - its name
"""That of the marks of passwords."""
SHORTEST = 16
"""Bytes."""
MADE = 32
LONGEST = 4096


def ensure_secret(state: Path, name: str = SECRET_FILE) -> Path:
    """Make a key, readable by its owner only, unless there is one; return the path of its file.

    Raises OSError.  Two that start at once end with the same key.
    """
    path = state / name
    if not path.exists():
        with suppress(FileExistsError):
            write_new(path, secrets.token_hex(MADE) + "\n")
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
