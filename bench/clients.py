"""ICAP clients: the c-icap-client binary, and a plain socket for what no honest client sends."""

import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPLY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Printed:
    """What c-icap-client printed and wrote."""

    status: int
    """ICAP status, 0 if it printed none."""
    heads: str
    body: bytes
    """The body that came back; the sent file itself after a 204."""


def c_icap_client(
    port: int, service: str, file: Path, *, upload: bool, options: tuple[str, ...] = ()
) -> Printed:
    """Send one file as REQMOD (upload) or RESPMOD; raise CalledProcessError if the client fails."""
    output = file.with_name(file.name + ".out")
    output.unlink(missing_ok=True)
    url = f"http://files.example/{file.name}"
    done = subprocess.run(
        ["c-icap-client", "-i", "127.0.0.1", "-p", str(port), "-s", service, "-v"]
        + ["-f", str(file), "-o", str(output), "-req" if upload else "-resp", url, *options],
        capture_output=True,
        timeout=60,
        check=True,
    )
    heads = (done.stdout + done.stderr).decode(errors="replace")
    _, found, rest = heads.partition("ICAP/1.0 ")
    body = output.read_bytes() if output.exists() else file.read_bytes()
    return Printed(int(rest[:3]) if found else 0, heads, body)


def send_raw(port: int, request: bytes, *, finish: bool = True, seconds: float = 20) -> bytes:
    """Return all that the server answers until it closes; `finish` tells it that no more comes.

    A reset counts as a close.  Raises TimeoutError if the server keeps silent for `seconds`.
    """
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        received = b""
        try:
            connection.sendall(request)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            while len(received) < REPLY_BYTES and (piece := connection.recv(65536)):
                received += piece
        except ConnectionError:
            pass
        return received
