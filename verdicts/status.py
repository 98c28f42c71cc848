"""What a front says of itself once a second; the ledger keeps the last for health and metrics."""

from dataclasses import asdict, dataclass, field

from verdicts.shadow_status import ShadowStatus
from verdicts.stages import StageCounts

REFUSALS = ("access", "connections", "handshake", "credentials", "overload", "unrecorded")
"""Why a front turns connections and requests away."""


@dataclass(frozen=True, slots=True)
class FrontStatus:
    """A snapshot; counters count from the start of the front's process."""

    front: int
    """Index of the front, from 0."""
    pid: int
    clamav: str
    """up, down or off."""
    clamav_version: str
    """As clamd states it, "ClamAV 1.4.6/27000/Mon…"; empty before the first answer."""
    clamav_transport: str
    """fildes or instream; empty while down."""
    clamav_fault: str
    """Why the session is down or degraded, one sentence; empty if nothing is wrong."""
    workers: int
    workers_wanted: int
    sandbox_missing: tuple[str, ...]
    """Protections this kernel does not offer ("landlock" …); empty: the sandbox is whole."""
    ruleset: str
    istag: str
    connections: int
    queue: int
    """Files that wait for a worker now."""
    spool_bytes: int
    """Bytes of bodies held now, in memory and on disk."""
    requests: dict[str, int] = field(default_factory=dict)
    """ICAP requests by "service status", for example "respmod 204"."""
    cache_hits: int = 0
    cache_misses: int = 0
    worker_restarts: dict[str, int] = field(default_factory=dict)
    """By cause: crashed, timed_out, recycled."""
    waiting: int = 0
    """Requests that wait for their turn to be inspected."""
    shadow: ShadowStatus | None = None
    """The staged rule set; None while none is."""
    refused: dict[str, int] = field(default_factory=dict)
    """Turned away, by cause: one of REFUSALS."""

    stages: dict[str, StageCounts] = field(default_factory=dict)
    """How long each stage took, by its name."""
    records_lost: int = 0
    """Verdicts that could be kept nowhere: no database, no journal, no memory left."""

    def to_json(self) -> dict[str, object]:
        return asdict(self)
