"""The peer written in C: c-icap with its echo service, and with virus_scan on a clamd socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers.daemon import Daemon, NotReady, accepts, free_port

MODULES = Path("/usr/lib/x86_64-linux-gnu/c_icap")
TRIES = 5  # another process may take the free port before c-icap binds it


@contextmanager
def c_icap(folder: Path, *, clamd_socket: Path, processes: int, threads: int) -> Iterator[int]:
    """Serve `echo` and `virus_scan`; yield the port.

    `processes` × `threads` connections are served at once.  Everything that virus_scan could skip
    (types, sizes, a preview as the verdict) is switched off: it scans each body whole.
    """
    for attempt in range(TRIES):
        port = free_port()
        daemon = _daemon(folder, port, clamd_socket, processes, threads)
        try:
            daemon.start()
        except NotReady:
            if attempt == TRIES - 1:
                raise
            continue
        try:
            yield port
        finally:
            daemon.stop()
        return


def _daemon(folder: Path, port: int, clamd_socket: Path, processes: int, threads: int) -> Daemon:
    scratch = folder / "c-icap-scratch"
    scratch.mkdir(exist_ok=True)
    configuration = folder / "c-icap.conf"
    configuration.write_text(
        f"""\
PidFile {folder / "c-icap.pid"}
CommandsSocket {folder / "c-icap.ctl"}
Port 127.0.0.1:{port}
Timeout 300
KeepAliveTimeout 600
MaxKeepAliveRequests -1
StartServers {processes}
MaxServers {processes}
MinSpareThreads 0
MaxSpareThreads {processes * threads}
ThreadsPerChild {threads}
MaxRequestsPerChild 0
TmpDir {scratch}
MaxMemObject 1048576
DebugLevel 0
Pipelining on
ModulesDir {MODULES}
ServicesDir {MODULES}
TemplateDir /usr/share/c_icap/templates/
TemplateDefaultLanguage en
LoadMagicFile /etc/c-icap/c-icap.magic
ServerLog {folder / "c-icap-server.log"}
AccessLog {folder / "c-icap-access.log"}
Service echo srv_echo.so
Module common clamd_mod.so
clamd_mod.ClamdSocket {clamd_socket}
Service virus_scan virus_scan.so
virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE GIF JPEG MSOFFICE
virus_scan.SendPercentData 0
virus_scan.StartSendPercentDataAfter 0
virus_scan.Allow204Responces on
virus_scan.PassOnError off
virus_scan.MaxObjectSize 512M
virus_scan.DefaultEngine clamd
"""
    )
    return Daemon(
        "c-icap",
        ["/usr/bin/c-icap", "-N", "-f", configuration],
        folder / "c-icap.log",
        lambda: accepts(port),
        ready_seconds=20,
    )
