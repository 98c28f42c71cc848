"""Settings of the door.  The one place where its defaults live."""

import os

from pydantic import Field

from scanners.settings import KiB, MiB, Section


class IcapSettings(Section):
    """The ICAP service (RFC 3507)."""

    listen: str = Field(
        "127.0.0.1:1344", description="Address and port; port 0 takes a free one (§4.2: 1344)."
    )
    fronts: int = Field(
        0, ge=0, le=64, description="Front processes that share the port; 0: one per processor."
    )
    max_connections: int = Field(
        1000, ge=1, description="Connections of one front; announced as Max-Connections (§4.10.2)."
    )
    preview_bytes: int = Field(
        4 * KiB, ge=0, le=64 * KiB, description="Preview asked for in OPTIONS (§4.5)."
    )
    options_ttl_seconds: int = Field(
        600,
        ge=1,
        description="How long a client may keep an OPTIONS answer (§4.10.2).  To a Squid whose "
        "clock is off by more, the service is down.",
    )
    head_seconds: float = Field(30, gt=0, description="A head must be whole within this time: 408.")
    idle_seconds: float = Field(
        300, gt=0, description="A connection without a request is closed after this time."
    )
    progress_seconds: float = Field(
        60, gt=0, description="A body of which nothing arrives, or a client that reads nothing."
    )
    receive_seconds: float = Field(600, gt=0, description="A body must be whole within this time.")
    stop_seconds: float = Field(
        35, gt=0, description="Time for running requests to end when the service stops."
    )
    echo: bool = Field(
        False, description="Offer /echo, which answers without inspecting: for benchmarks only."
    )

    strict: bool = Field(
        False,
        description="Refuse what RFC 3507 forbids but known clients send; for tests of a client.",
    )
    remove_range: bool = Field(
        False,
        description="Take Range and If-Range out of requests (REQMOD), so that whole files come.",
    )
    join_ranges: bool = Field(
        True,
        description="Judge pieces of one file that one client fetches in order as a whole, "
        "as far as the limits let them be kept.",
    )

    @property
    def front_count(self) -> int:
        return self.fronts or len(os.sched_getaffinity(0))


class SpoolSettings(Section):
    """Where bodies wait for their ruling.  Totals are for one front."""

    memory_bytes: int = Field(
        2 * MiB, ge=0, description="A larger body is kept in an unlinked file, not in memory."
    )
    memory_total: int = Field(
        64 * MiB, ge=0, description="Bodies in memory together; beyond it they go to files."
    )
    disk_total: int = Field(
        8192 * MiB, ge=0, description="Bodies in files together; beyond it reading pauses."
    )
