"""A clamd of our own on a Unix socket, with the official database if the machine has one."""

import socket
from pathlib import Path

from bench.servers.daemon import Daemon
from samples.builders import eicar

OFFICIAL_DATABASE = Path("/var/lib/clamav")
OFFICIAL_SUFFIXES = {".cvd", ".cld"}
EICAR_NAME = "Bench.Eicar"


def clamd(folder: Path, *, threads: int = 10) -> Daemon:
    """Return a clamd, not started yet, that listens on `folder`/clamd.sock.

    The path of the socket must stay below 108 characters.
    """
    database = folder / "database"
    scratch = folder / "scratch"
    for path in (database, scratch):
        path.mkdir(exist_ok=True)
    for official in OFFICIAL_DATABASE.glob("*.c[vl]d"):
        (database / official.name).symlink_to(official)
    (database / "bench.ndb").write_text(f"{EICAR_NAME}:0:0:{eicar().hex()}\n")
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"""\
LocalSocket {folder / "clamd.sock"}
DatabaseDirectory {database}
TemporaryDirectory {scratch}
Foreground yes
FixStaleSocket yes
MaxThreads {threads}
MaxQueue 500
MaxScanTime 25000
MaxScanSize 2000M
MaxFileSize 1900M
StreamMaxLength 1900M
MaxRecursion 17
MaxFiles 20000
AlertExceedsMax yes
AlertEncrypted yes
"""
    )
    address = folder / "clamd.sock"
    return Daemon(
        "clamd",
        ["/usr/sbin/clamd", f"--config-file={configuration}"],
        folder / "clamd.log",
        lambda: answers_ping(address),
        ready_seconds=180,
    )


def has_official_database() -> bool:
    return any(path.suffix in OFFICIAL_SUFFIXES for path in OFFICIAL_DATABASE.glob("*"))


def answers_ping(address: Path) -> bool:
    return ask(address, b"PING") == b"PONG"


def ask(address: Path, command: bytes) -> bytes:
    """Return clamd's answer to a simple command, empty if there is none."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(address))
            connection.sendall(b"z" + command + b"\0")
            return connection.recv(4096).rstrip(b"\0")
        except OSError:
            return b""
