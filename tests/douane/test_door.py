"""The door of the whole service: TLS, one limit over all fronts, and what stops a start."""

import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from bench.servers import processes
from bench.servers.daemon import wait_until
from bench.servers.douane import COMMAND, Douane, Value, to_toml

pytestmark = pytest.mark.server

OPTIONS = b"OPTIONS icap://h/reqmod ICAP/1.0\r\nHost: h\r\n\r\n"
LIMIT = 8
Tables = Mapping[str, Mapping[str, Value]]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def service(short_folder: Path, authority: trustme.CA) -> Iterator[Douane]:
    """Two fronts, plain and TLS, of which one client may have all but one connection."""
    certify(short_folder, authority, days=30)
    tables: Tables = {
        "icap": {"max_connections": LIMIT, "client_share": (LIMIT - 1) / LIMIT},
        "icaps": {"listen": "127.0.0.1:0", "certificate": str(short_folder / "server.pem")},
        "clamav": {"socket": "off"},
    }
    with Douane(short_folder, tables) as running:
        yield running


def certify(folder: Path, authority: trustme.CA, *, days: int) -> None:
    expiry = datetime.now(UTC) + timedelta(days=days)
    certificate = authority.issue_cert("localhost", not_after=expiry)
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")


def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10, (source, 0))


def ask(connection: socket.socket) -> bytes:
    connection.sendall(OPTIONS)
    reply = b""
    while b"\r\n\r\n" not in reply:
        piece = connection.recv(4096)
        assert piece, "the connection ended without a reply"
        reply += piece
    return reply


def fronts(service: Douane) -> list[int]:
    found = processes.children(service.pid)
    return [pid for pid in found if "douane.processes.front" in processes.command_line(pid)]


def secure_port(service: Douane) -> int:
    addresses = json.loads((service.state / "run" / "addresses.json").read_text())
    return int(addresses["icaps"].rpartition(":")[2])


def test_the_same_services_behind_tls(service: Douane, authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with context.wrap_socket(connect(secure_port(service)), server_hostname="localhost") as client:
        assert b"200 OK" in ask(client)
    with connect(secure_port(service)) as plain:
        plain.sendall(OPTIONS)
        plain.settimeout(5)
        try:
            assert b"ICAP/1.0" not in plain.recv(4096)
            assert plain.recv(4096) == b""
        except ConnectionResetError:
            pass
    assert "ICAPS      icaps://127.0.0.1:" in service.log.read_text()


def test_one_limit_over_all_fronts_and_both_ports(service: Douane) -> None:
    announced = LIMIT - 1
    ports = (service.icap_port, service.icap_port, service.icap_port, secure_port(service))
    with connect(service.icap_port) as client:
        assert f"Max-Connections: {announced}\r\n".encode() in ask(client)
        opened = [connect(ports[number % 4]) for number in range(announced - 1)]
        plain = [opened[number] for number in range(announced - 1) if number % 4 != 3]
        for connection in plain:
            assert b"200 OK" in ask(connection)
        extra = connect(service.icap_port)
        extra.sendall(OPTIONS * 50)
        reply = b""
        while piece := extra.recv(4096):
            reply += piece
        assert reply.startswith(b"ICAP/1.0 503 ")
        assert b"Connection: close" in reply
        with connect(service.icap_port, "127.0.0.2") as other:
            assert b"200 OK" in ask(other), "one client cannot take it all"
            with connect(service.icap_port, "127.0.0.3") as last:
                assert last.recv(4096).startswith(b"ICAP/1.0 503 ")
        for connection in (*opened, extra):
            connection.close()


def test_a_killed_front_takes_its_connections_out_of_the_tally(service: Douane) -> None:
    held = [connect(service.icap_port) for _ in range(LIMIT - 1)]
    assert all(b"200 OK" in ask(connection) for connection in held)
    before = fronts(service)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: answers(service, LIMIT - 1), 60, "as many connections as before")
    for connection in held:
        connection.close()


def answers(service: Douane, count: int) -> bool:
    opened: list[socket.socket] = []
    try:
        for _ in range(count):
            opened.append(connect(service.icap_port))
            opened[-1].settimeout(2)
            if b"200 OK" not in ask(opened[-1]):
                return False
    except (OSError, AssertionError):
        return False
    finally:
        for connection in opened:
            connection.close()
    return True


@pytest.mark.parametrize(
    "table, days, words",
    [
        ({"icaps": {"certificate": "server.pem"}}, -1, "has expired"),
        ({"icaps": {"certificate": "none.pem"}}, 30, "[icaps] certificate: "),
        ({"icaps": {}}, 30, "[icaps] certificate is not set"),
        ({"access": {"basic_users": "none"}}, 30, "[access] basic_users: "),
    ],
)
def test_what_cannot_serve_does_not_start(
    short_folder: Path,
    authority: trustme.CA,
    *,
    table: Tables,
    days: int,
    words: str,
) -> None:
    certify(short_folder, authority, days=days)
    listen: dict[str, Value] = {"listen": "127.0.0.1:0"}
    tables: Tables = {
        "state": {"directory": "state"},
        "icap": listen,
        "api": listen,
        **{name: {**(listen if name == "icaps" else {}), **keys} for name, keys in table.items()},
    }
    path = short_folder / "douane.toml"
    path.write_text(to_toml(tables))
    command = [str(COMMAND), "serve", "--config", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "starting" not in ended.stdout
