"""What an operator asks of clamd: ping, version, reload, stats.  Blocking: run it in a thread.

One object of the `clamd` package a call: it keeps its socket in itself, and shared between
threads it returned one caller's answer to another (measured with 1.0.2).
"""

import io
import socket
from collections.abc import Callable
from dataclasses import dataclass

import clamd

from scanners.clamav.address import Address
from scanners.clamav.signatures import SIGNATURE_NAME, generation_probe
from scanners.errors import EngineDown

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Management:
    """Every method raises EngineDown if clamd does not answer, or answers something else."""

    address: Address

    def ping(self) -> None:
        answer = self._ask(lambda client: client.ping())
        if answer != "PONG":
            raise EngineDown(f"clamd at {self.address} answered PING with {answer!r}")

    def version(self) -> str:
        """Return for example `ClamAV 1.4.6/27000/Mon Nov 23 …`."""
        answer = self._ask(lambda client: client.version())
        if not answer.startswith("ClamAV "):
            raise EngineDown(f"clamd at {self.address} answered VERSION with {answer!r}")
        return answer

    def reload(self) -> None:
        """Have the database read anew; returns when clamd has begun, not when it is done."""
        answer = self._ask(lambda client: client.reload())
        if answer != "RELOADING":
            raise EngineDown(f"clamd at {self.address} answered RELOAD with {answer!r}")

    def stats(self) -> str:
        """Return clamd's own lines about its pools, threads, queue and memory."""
        answer = self._ask(lambda client: client.stats())
        if not answer.startswith("POOLS:"):
            raise EngineDown(f"clamd at {self.address} answered STATS with {answer!r}")
        return answer

    def has_loaded(self, generation: str) -> bool:
        """Return whether clamd detects by this state of its folder of signatures."""
        probe = io.BytesIO(generation_probe(generation))
        answer = self._ask(lambda client: _signature(client.instream(probe)))
        return SIGNATURE_NAME + generation in answer

    def _ask(self, question: "Callable[[clamd.ClamdNetworkSocket], str]") -> str:
        client = self._client()
        try:
            return str(question(client)).strip()
        except (clamd.ClamdError, OSError, UnicodeDecodeError) as error:
            raise EngineDown(f"clamd at {self.address}: {error}") from error
        finally:
            # The package leaves it open if it could not connect.
            opened = getattr(client, "clamd_socket", None)
            if opened is not None:
                opened.close()

    def _client(self) -> "clamd.ClamdNetworkSocket":
        if self.address.path:
            return clamd.ClamdUnixSocket(self.address.path, timeout=TIMEOUT_SECONDS)
        try:  # the package connects without any timeout
            socket.create_connection(
                (self.address.host, self.address.port), TIMEOUT_SECONDS
            ).close()
        except OSError as error:
            raise EngineDown(f"clamd at {self.address}: {error}") from error
        return clamd.ClamdNetworkSocket(
            self.address.host, self.address.port, timeout=TIMEOUT_SECONDS
        )


def _signature(answer: object) -> str:
    """Return what the package says that INSTREAM found; None is its answer to an empty one."""
    match answer:
        case {"stream": ("FOUND", str(name))}:
            return name
        case {"stream": ("OK", None)}:
            return ""
    raise clamd.ResponseError(f"answered INSTREAM with {answer!r:.200}")
