"""How many descriptors a process may open, and how many a front needs."""

import resource

from douane.settings import Settings
from icap_server.admission import REFUSED_AT_ONCE
from icap_server.gate import turns_at_once
from scanners.worker.reports import CHILDREN
from verdicts.scan_socket import MAX_AT_ONCE

OTHERS = 256
"""Listeners, engines, ledger, log, modules, and some to spare."""


def needed_descriptors(settings: Settings) -> int:
    """Return what one front needs when it holds every connection of the service.

    The kernel spreads connections over the fronts, but does not promise to.
    """
    connections = settings.icap.max_connections
    bodies = connections  # each connection has one request, and that one spool
    workers = settings.workers
    turns = turns_at_once(
        settings.icap.inspections, workers.count, workers.queue, others=MAX_AT_ONCE
    )
    inspections = (turns + MAX_AT_ONCE) * (1 + CHILDREN)  # a body once more, and what was in it
    return connections + REFUSED_AT_ONCE + bodies + workers.count + inspections + OTHERS


def raise_descriptor_limit(needed: int) -> int:
    """Raise our own limit as far as needed and allowed; return what it is now.

    Many systems start processes with 1,024.  The hard limit, which may be a billion, is no goal:
    programs that close everything before they start others would be busy with it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, min(needed, hard)) if hard != resource.RLIM_INFINITY else max(soft, needed)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def shortage(settings: Settings) -> str:
    """Say what is wrong if the hard limit allows fewer descriptors than needed; empty if not."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = needed_descriptors(settings)
    if hard == resource.RLIM_INFINITY or hard >= needed:
        return ""
    return (
        f"a front may open {hard} files, and [icap] max_connections = "
        f"{settings.icap.max_connections} with its inspections may need {needed}: set "
        f"LimitNOFILE={needed} in douane.service (`ulimit -Hn` in a shell), or lower "
        "max_connections or inspections"
    )
