"""Listening sockets: the supervisor owns the ports, so that they outlive who serves on them."""

import re
import socket

ADDRESS = re.compile(
    r"(?:\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]|([^\[\]:\s]+)):([0-9]{1,5})", re.ASCII
)
LARGEST_PORT = 65_535


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of "host:port" or "[v6]:port"; raise ValueError for anything else."""
    parts = ADDRESS.fullmatch(address)
    if parts is None or int(parts[3]) > LARGEST_PORT:
        raise ValueError(
            f"{address!r} is not host:port or [address]:port, port 0 to {LARGEST_PORT}"
        )
    return parts[1] or parts[2], int(parts[3])


def open_listeners(address: str, count: int) -> list[socket.socket]:
    """Return `count` sockets bound to one address; the kernel spreads connections over them.

    Raises OSError, whose text names the address.
    """
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sockets: list[socket.socket] = []
    try:
        for _ in range(count):
            listener = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if count > 1:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind((host, port))
            port = listener.getsockname()[1]
    except OSError as error:
        for listener in sockets:
            listener.close()
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from error
    return sockets


def address_text(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
