"""Settings of the servers of our own that the suite starts."""

from collections.abc import Mapping

from bench.servers.douane import Douane, Value
from tests.conformance.targets import Target

Settings = Mapping[str, Mapping[str, Value]]

KiB = 1024
PLAIN: Settings = {"clamav": {"socket": "off"}}
"""EICAR is found by a rule too: what clamd adds, no item asks for."""
STRICT: Settings = {**PLAIN, "icap": {"strict": True, "fronts": 1}}
HEAD_SECONDS = 1
IDLE_SECONDS = 4
PROGRESS_SECONDS = 3
FILE_BYTES = 256 * KiB
MAX_CONNECTIONS = 12
HURRIED: Settings = {
    **PLAIN,
    "icap": {
        "head_seconds": HEAD_SECONDS,
        "idle_seconds": IDLE_SECONDS,
        "progress_seconds": PROGRESS_SECONDS,
        "max_connections": MAX_CONNECTIONS,
    },
    "limits": {"file_bytes": FILE_BYTES},
}


def target_of(douane: Douane) -> Target:
    return Target("127.0.0.1", douane.icap_port, "reqmod", "respmod", inspects=True)
