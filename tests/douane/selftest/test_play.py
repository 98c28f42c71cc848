"""The self-test against servers that answer as told; the real service is in tests/end_to_end."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from douane.selftest.play import NotServed, Row, known_profiles, play, service_address
from douane.selftest.readers import READERS
from icap_server.shipped_profiles import SHIPPED

OPTIONS = b'ICAP/1.0 200 OK\r\nISTag: "a"\r\nEncapsulated: null-body=0\r\n\r\n'
UNCHANGED = b'ICAP/1.0 204 No modifications\r\nISTag: "a"\r\nEncapsulated: null-body=0\r\n\r\n'
Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer every OPTIONS with OPTIONS, every other request with the given bytes; then close."""
    listeners: list[tuple[socket.socket, threading.Thread]] = []

    def start(answer: bytes, options: bytes = OPTIONS) -> str:
        listener = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as reader:
                    while reader.readline().strip():
                        pass
                    if not options:
                        continue
                    connection.sendall(options)
                    while line := reader.readline():
                        if line in (b"0\r\n", b"0; ieof\r\n"):
                            break
                    connection.sendall(answer)

        thread = threading.Thread(target=run)
        thread.start()
        listeners.append((listener, thread))
        return f"127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener, thread in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def rows(address: str, profile: str) -> dict[str, Row]:
    return {row.sample: row for row in play(address, (profile,))}


def test_a_service_that_lets_everything_pass_is_found_out(serve: Serve) -> None:
    found = rows(serve(UNCHANGED), "nextcloud")
    assert not found["eicar"].ok
    assert found["eicar"].outcome == "passed"
    assert found["clean"].ok
    assert found["empty"].ok
    assert found["eicar"].icap_status == 204


def test_a_service_that_wants_a_password(serve: Serve) -> None:
    address = serve(UNCHANGED, b"ICAP/1.0 401 Unauthorized\r\nEncapsulated: null-body=0\r\n\r\n")
    with pytest.raises(NotServed, match="basic_users"):
        rows(address, "squid")


def test_a_service_that_lets_nobody_in(serve: Serve) -> None:
    with pytest.raises(NotServed, match="clients"):
        rows(serve(UNCHANGED, b""), "squid")


@pytest.mark.parametrize("answer", [b"", b"ICAP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_no_answer_is_an_error_of_every_file(serve: Serve, answer: bytes) -> None:
    found = rows(serve(answer), "generic")
    assert len(found) == 4
    assert not any(row.ok for row in found.values())
    assert {row.outcome for row in found.values()} == {"error"}


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(NotServed, match="cannot be reached"):
        rows(address, "squid")


def test_every_shipped_profile_is_played_and_read() -> None:
    assert set(known_profiles()) == {*SHIPPED, "generic"} == set(READERS)


def test_the_address_of_the_running_service(tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    with pytest.raises(NotServed, match="douane serve"):
        service_address(file)
    file.write_text(json.dumps({"icap": "0.0.0.0:1344"}))
    assert service_address(file) == "127.0.0.1:1344"
