"""The state directory: made private, and owned by one service at a time."""

import fcntl
import os

from douane.settings import Settings


class StateInUse(OSError):
    """The state directory has an owner; the text says what to do."""


def make_state(settings: Settings) -> None:
    """Create the folders that hold state, readable by nobody else."""
    state = settings.state.directory
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    folders = (settings.run_directory, settings.spool_directory, settings.pieces_directory)
    for folder in folders:
        folder.mkdir(mode=0o700, exist_ok=True)


def is_served(settings: Settings) -> bool:
    """Return whether a service runs on the state; sockets of a killed one may lie around."""
    try:
        descriptor = os.open(settings.run_directory / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def lock_state(settings: Settings) -> int:
    """Make the state ours alone; return the descriptor that keeps it so.

    Raises StateInUse: two services on one state would take each other's sockets away.
    """
    make_state(settings)
    descriptor = os.open(settings.run_directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StateInUse(
            f"another `douane serve` uses {settings.state.directory}; stop it, or set "
            "[state] directory to another folder"
        ) from None
    for left in settings.pieces_directory.iterdir():  # nobody goes on where the last run ended
        left.unlink()
    return descriptor
