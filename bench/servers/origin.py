"""A web server for the far side of the proxy: serves what it is told, keeps what it is sent."""

import gzip
import random
import re
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

CHUNK_BYTES = 16 * 1024
# Squid before 6.10 gets stuck for good (its bug 5352) when an origin fills Squid's pipe of 64 KiB
# before the ICAP service has answered 100 Continue, and on loopback an origin does.  This one
# behaves like one across a network: a round trip after the first bytes, then some 10 MB/s.
ROUND_TRIP_SECONDS = 0.05
PAUSE_SECONDS = 0.001
SINGLE_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
EVENT = b"data: first\n\n"


@dataclass(frozen=True, slots=True)
class Document:
    """What a path answers."""

    body: bytes
    content_type: str = "application/octet-stream"
    chunked: bool = False
    gzipped: bool = False
    """The body goes out gzip-coded."""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """A request with a body, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


def random_document(path: str) -> Document | None:
    """Return what `/random/SIZE?seed=N&chunked=1` stands for; None if `path` is not of that form.

    Equal paths give equal bytes, in this process or another.
    """
    parts = urlsplit(path)
    _, _, size = parts.path.rpartition("/")
    if parts.path != f"/random/{size}" or not size.isdigit():
        return None
    query = parse_qs(parts.query)
    body = random.Random(query.get("seed", ["0"])[0]).randbytes(int(size))
    return Document(body, chunked="chunked" in query)


@dataclass(slots=True)
class Origin:
    """Listens on an ephemeral loopback port while the `with` lasts."""

    tls: ssl.SSLContext | None = None
    """Speak HTTPS with it, and HTTP/1.1 only."""
    documents: dict[str, Document] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    def publish(self, path: str, document: Document) -> str:
        """Serve `document` at `path` and return its URL."""
        self.documents[path] = document
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def find(self, path: str) -> Document | None:
        return self.documents.get(path) or random_document(path)

    def __enter__(self) -> Self:
        request = type("Request", (OriginRequest,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), request)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        if self.tls is not None:  # the handshake is the connection's own thread's
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class OriginRequest(BaseHTTPRequestHandler):
    """One connection.  `site` is set by the subclass that an Origin makes for itself."""

    site: Origin
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/events":
            self._stream_events()
        elif document := self.site.find(self._route()):
            self._send(document)
        else:
            self._send_text(404, b"not here\n")

    do_HEAD = do_GET  # noqa: N815

    def do_PUT(self) -> None:
        body = self._read_body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.received.append(Received(self.command, self._route(), headers, body))
        self._send_text(201, b"kept\n")

    do_POST = do_PUT  # noqa: N815

    def _route(self) -> str:
        """Return path and query, also of a request whose target is a whole URL."""
        parts = urlsplit(self.path)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _send(self, document: Document) -> None:
        body = gzip.compress(document.body) if document.gzipped else document.body
        if wanted := SINGLE_RANGE.fullmatch(self.headers.get("Range", "")):
            first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
            body = body[first : last + 1]
        else:
            self.send_response(200)
        self.send_header("Content-Type", document.content_type)
        if document.gzipped:
            self.send_header("Content-Encoding", "gzip")
        for name, value in document.headers:
            self.send_header(name, value)
        framing = ("Transfer-Encoding", "chunked")
        self.send_header(*framing if document.chunked else ("Content-Length", str(len(body))))
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, len(body), CHUNK_BYTES):
            piece = body[start : start + CHUNK_BYTES]
            self._send_chunk(piece) if document.chunked else self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(PAUSE_SECONDS if start else ROUND_TRIP_SECONDS)
        if document.chunked:
            self._send_chunk(b"")

    def _send_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _send_text(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream_events(self) -> None:
        """Send the first event at once, then keep the response open until the origin stops."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._send_chunk(EVENT)
        self.wfile.flush()
        self.site.stopping.wait()
        self.close_connection = True

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def log_message(self, *_: object) -> None:
        """Say nothing: the proxy keeps the log that matters."""
