"""The load generator counts what happened, and makes every stamped request unique."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from bench.load import LoadFailed, compile_icapload, play
from bench.requests import STAMP, KiB, write_requests

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")

REPLIES = {
    "204": b'ICAP/1.0 204 No modifications\r\nISTag: "x"\r\nEncapsulated: null-body=0\r\n\r\n',
    "500": b'ICAP/1.0 500 Server error\r\nISTag: "x"\r\nEncapsulated: null-body=0\r\n\r\n',
    "block": b"ICAP/1.0 200 OK\r\nX-Infection-Found: Type=0; Resolution=2; Threat=x;\r\n"
    b"Encapsulated: res-hdr=0, res-body=26\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n"
    b"2\r\nno\r\n0\r\n\r\n",
    "not icap": b"HTTP/1.1 200 OK\r\n\r\n",
}


@dataclass(slots=True)
class Scripted:
    """An ICAP server that gives one answer to everything and keeps the last 16 bytes of bodies."""

    reply: bytes
    port: int = 0
    tails: list[bytes] = field(default_factory=list)


@pytest.fixture(params=REPLIES)
def scripted(request: pytest.FixtureRequest) -> Iterator[tuple[str, Scripted]]:
    script = Scripted(REPLIES[request.param])

    class Answer(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                for _head in ("icap", "request", "response"):
                    while self.rfile.readline() != b"\r\n":
                        pass
                script.tails.append(self.read_body()[-16:])
                self.wfile.write(script.reply)

        def read_body(self) -> bytes:
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content

    with ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield request.param, script
        server.shutdown()
        thread.join()


def test_it_counts_what_came_back(scripted: tuple[str, Scripted], tmp_path: Path) -> None:
    compile_icapload()
    name, script = scripted
    requests = write_requests(tmp_path, "respmod", "random", 100 * KiB, 2, unique=True)
    if name == "not icap":
        with pytest.raises(LoadFailed, match="not an ICAP reply"):
            play(script.port, requests, connections=1, total=1)
        return
    load = play(script.port, requests, connections=3, total=25)
    assert (load.requests, load.connections) == (25, 3)
    assert len(set(script.tails)) == 25
    assert STAMP not in script.tails
    counted = {"204": load.s204, "500": load.err, "block": load.blocked}
    assert counted == {"204": 0, "500": 0, "block": 0} | {name: 25}
    assert load.refused == (0 if name == "204" else 25)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    compile_icapload()
    requests = write_requests(tmp_path, "respmod", "text", KiB, 1)
    with pytest.raises(LoadFailed, match="connect"):
        play(1, requests, connections=1, total=1)
