"""A real Squid that hands every message to an ICAP service; all requests go to one origin."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.servers.daemon import Daemon, NotReady, accepts, free_port
from bench.servers.interception import Interception, prepare_interception

BINARY = Path("/usr/sbin/squid")
SNIPPET = Path(__file__).parents[2] / "deploy" / "squid" / "douane.conf"
"""What administrators are told to use: no other lines about ICAP here."""
UNPRIVILEGED_USER = "proxy"  # Debian's; Squid refuses to own its files as root
TRIES = 5  # another process may take the free port before Squid binds it


@dataclass(frozen=True, slots=True)
class Squid:
    """A running proxy."""

    port: int
    folder: Path
    pid: int
    interception: Interception | None = None
    """Set if HTTPS is opened."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def logs(self) -> str:
        """Return what Squid says of its requests and itself, for the message of a failed test."""
        names = ("access.log", "icap.log", "cache.log")
        paths = [self.folder / name for name in names if (self.folder / name).exists()]
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-3000:]}" for p in paths)


@contextmanager
def squid(*, icap_port: int, origin_port: int) -> Iterator[Squid]:
    """Serve as a forward proxy; whatever host a URL names, the request goes to `origin_port`."""
    way_out = f"""\
cache_peer 127.0.0.1 parent {origin_port} 0 no-query no-digest originserver name=origin
never_direct allow all
hosts_file none
"""
    with _running(icap_port, lambda port, _: f"http_port 127.0.0.1:{port}\n{way_out}") as proxy:
        yield proxy


@contextmanager
def intercepting_squid(*, icap_port: int) -> Iterator[Squid]:
    """Open HTTPS for the hosts of `interception`, all on loopback; raise NoInterception if not."""
    made: list[Interception] = []

    def lines(port: int, folder: Path) -> str:
        made.append(prepare_interception(folder))
        return made[-1].squid_lines(port)

    with _running(icap_port, lines) as proxy:
        yield replace(proxy, interception=made[-1])


@contextmanager
def _running(icap_port: int, lines: Callable[[int, Path], str]) -> Iterator[Squid]:
    """`lines`: the port to listen on and Squid's folder -> what this Squid has of its own."""
    for attempt in range(TRIES):
        folder = Path(tempfile.mkdtemp(prefix="squid-"))
        port = free_port()
        try:
            daemon = _daemon(folder, port, icap_port, lines(port, folder))
            daemon.start()
        except NotReady:
            shutil.rmtree(folder)
            if attempt == TRIES - 1:
                raise
            continue
        except Exception:
            shutil.rmtree(folder)
            raise
        try:
            yield Squid(port, folder, daemon.pid)
        finally:
            daemon.stop()
            shutil.rmtree(folder)
        return


def _daemon(folder: Path, port: int, icap_port: int, lines: str) -> Daemon:
    configuration = folder / "squid.conf"
    configuration.write_text(_configuration(folder, icap_port, lines))
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED_USER)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
    # A service name of its own: a shared memory segment left under another stops the next start.
    name = f"squid{os.getpid()}p{port}"
    command: list[str | Path] = [BINARY, "-N", "-n", name, "-f", configuration]
    return Daemon("squid", command, folder / "squid.out", lambda: accepts(port), ready_seconds=20)


def _configuration(folder: Path, icap_port: int, lines: str) -> str:
    return f"""\
{lines}
visible_hostname squid.example
cache_effective_user {UNPRIVILEGED_USER}
pid_filename {folder}/squid.pid
access_log stdio:{folder}/access.log
strip_query_terms off
logformat adapted %icap::rm %icap::Hs %icap::to %ru
icap_log stdio:{folder}/icap.log adapted
cache_log {folder}/cache.log
coredump_dir {folder}
netdb_filename none
pinger_enable off
memory_cache_shared off
dns_nameservers 127.0.0.1
shutdown_lifetime 1 seconds
max_filedescriptors 4096
http_access allow localhost
http_access deny all
cache deny all
forwarded_for on
{SNIPPET.read_text("utf-8").replace("127.0.0.1:1344", f"127.0.0.1:{icap_port}")}"""
