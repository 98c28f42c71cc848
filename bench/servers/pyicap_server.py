"""pyicap 1.0b1, shimmed for Python ≥ 3.10: serves `echo` in threads; prints its port."""

import collections
import collections.abc
from socketserver import ThreadingMixIn

collections.Callable = collections.abc.Callable  # type: ignore[attr-defined]

from pyicap import BaseICAPRequestHandler, ICAPServer  # noqa: E402


class EchoServer(ThreadingMixIn, ICAPServer):  # type: ignore[misc]
    daemon_threads = True
    request_queue_size = 128


class EchoRequest(BaseICAPRequestHandler):  # type: ignore[misc]
    def echo_OPTIONS(self) -> None:  # noqa: N802
        self.set_icap_response(200)
        self.set_icap_header(b"Methods", b"RESPMOD")
        self.send_headers(False)

    def echo_RESPMOD(self) -> None:  # noqa: N802
        """Read the body; answer 204 if that is allowed, else the same message again."""
        self.no_adaptation_required()

    echo_REQMOD = echo_RESPMOD  # noqa: N815


if __name__ == "__main__":
    server = EchoServer(("127.0.0.1", 0), EchoRequest)
    print(f"port {server.server_address[1]}", flush=True)
    server.serve_forever()
