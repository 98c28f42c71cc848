"""The servers of our own that the suite starts, and what they keep of a transfer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import trustme

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane, Value
from tests.conformance.client import Answer
from tests.conformance.targets import Target

Settings = Mapping[str, Mapping[str, Value]]

KiB = 1024
SERVER_NAME = "icap.example"
PLAIN: Settings = {"clamav": {"socket": "off"}}
"""EICAR is found by a rule too: what clamd adds, no item asks for."""
STRICT: Settings = {
    "clamav": {"socket": "/nowhere/clamd.sock"},
    "icap": {"strict": True, "fronts": 1},
}
RULES = Path(__file__).parents[2] / "rules"
FORBIDDEN_SITE = """
[[clause]]
name = "forbidden-site"
action = "block"
host = "forbidden.example"

[[clause]]
"""
SCAN_SECONDS = 2
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


def icaps_settings(folder: Path, authority: trustme.CA) -> Mapping[str, Value]:
    """Return [icaps] with a certificate, and with clients' that are asked for but not needed."""
    certificate = authority.issue_cert(SERVER_NAME)
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    authority.cert_pem.write_to_path(folder / "clients.pem")
    return {
        "listen": "127.0.0.1:0",
        "certificate": str(folder / "server.pem"),
        "client_certificates": "optional",
        "client_ca": str(folder / "clients.pem"),
    }


def target_of(douane: Douane) -> Target:
    return Target("127.0.0.1", douane.icap_port, "reqmod", "respmod", inspects=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the verdict log says of a transfer."""

    action: str
    gaps: frozenset[str]
    """Reasons for which parts of it were not scanned."""


def verdict_of(douane: Douane, answer: Answer) -> Kept:
    """Ask REST for the verdict behind an answer."""
    url = f"{douane.api_url}/v1/verdicts/{answer.field('X-Douane-Transfer')}"
    key = {"Authorization": f"Bearer {douane.admin_key}"}
    with httpx.Client(headers=key, trust_env=False, timeout=10) as client:
        wait_until(lambda: client.get(url).is_success, 5, "an allowed transfer is in the log")
        verdict = client.get(url).raise_for_status().json()
    return Kept(verdict["action"], frozenset(gap["reason"] for gap in verdict["unscanned"]))
