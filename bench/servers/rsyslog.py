"""A real rsyslogd on loopback with a configuration of its own; what it understood is JSON."""

import json
import socket
from pathlib import Path
from typing import Any

from bench.servers.daemon import Daemon, accepts, free_port

BINARY = Path("/usr/sbin/rsyslogd")
CONFIGURATION = """\
global(workDirectory="{folder}" maxMessageSize="64k" net.enableDNS="off")
module(load="imtcp")
module(load="imudp")
template(name="understood" type="list") {{ property(name="jsonmesg") constant(value="\\n") }}
ruleset(name="ours") {{
  action(type="omfile" file="{folder}/messages" template="understood" fileCreateMode="0600")
}}
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="ours")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="ours")
"""


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Rsyslog(Daemon):
    """Takes both kinds on ports of its own, which stay when it is started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tcp_port, self.udp_port = free_port(), free_udp_port()
        configuration = folder / "rsyslog.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, tcp=self.tcp_port, udp=self.udp_port)
        )
        super().__init__(
            "rsyslogd",
            [BINARY, "-n", "-f", configuration, "-i", folder / "rsyslogd.pid"],
            folder / "rsyslogd.log",
            lambda: accepts(self.tcp_port),
        )

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All whole messages so far: "msg", "pri", "structured-data" and so on, as it read them."""
        try:
            lines = (self._folder / "messages").read_text().split("\n")[:-1]
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]
