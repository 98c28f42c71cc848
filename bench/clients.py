"""Clients that are programs: c-icap-client and curl; a plain socket for what neither sends."""

import socket
import subprocess
import tempfile
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


@dataclass(frozen=True, slots=True)
class Fetched:
    """What curl received."""

    status: int
    """Of the last response: one that follows 100 Continue, say."""
    headers: dict[str, str]
    """Names in lower case; of equal ones the last."""
    body: bytes


def curl(url: str, *options: str, proxy: str, seconds: float = 60) -> Fetched:
    """Fetch with curl; raise CalledProcessError if it got no whole response in `seconds`."""
    with tempfile.NamedTemporaryFile() as headers:
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--disable", "--proxy", proxy, "--noproxy", ""]
            + ["--suppress-connect-headers", "--dump-header", headers.name]
            + ["--max-time", str(seconds), *options, url],
            capture_output=True,
            check=True,
        )
        heads = Path(headers.name).read_bytes().decode("latin-1").split("\r\n\r\n")
    status, *lines = [head for head in heads if head.startswith("HTTP/")][-1].split("\r\n")
    fields = (line.partition(":") for line in lines)
    return Fetched(
        int(status.split()[1]),
        {name.strip().lower(): value.strip() for name, _, value in fields},
        done.stdout,
    )


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
