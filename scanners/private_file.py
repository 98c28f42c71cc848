"""Small files that only their owner may read, and that nobody ever sees half written."""

import os
from pathlib import Path


def write_new(path: Path, text: str) -> None:
    """Create the file, on disk and whole, or not at all.

    Raises FileExistsError if there is one, which stays as it is, and OSError.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    # Of a process that was killed here, and had our number.  It may be the file itself by another
    # name: nothing is written into it.
    partial.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with open(os.open(partial, flags, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
