"""The ICAP services, and what OPTIONS says of them (RFC 3507 §4.10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from icap_server.settings import IcapSettings

ALIASES = ("avscan", "srv_clamav", "virus_scan", "squidclamav", "scan")
"""Names under which other servers offer virus scanning: a client need not be reconfigured."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    methods: tuple[str, ...]
    """REQMOD, RESPMOD or both; §6.4 wants one, drop-in aliases take and name both."""
    inspects: bool = True
    """False only for /echo, which answers without looking."""


def offered_services(settings: IcapSettings) -> Mapping[str, Service]:
    both = ("REQMOD", "RESPMOD")
    services = [Service("reqmod", ("REQMOD",)), Service("respmod", ("RESPMOD",))]
    services += [Service(name, both) for name in ALIASES]
    if settings.echo:
        services.append(Service("echo", both, inspects=False))
    return {service.name: service for service in services}


def options_fields(
    service: Service, settings: IcapSettings, istag: str, now: datetime
) -> list[tuple[str, str]]:
    """Return the fields of an OPTIONS answer (§4.10.2), in an order that suits every client.

    `Allow` is exactly "204" (toolarium compares the whole value), `Preview` counts only together
    with `Transfer-Preview: *` (Squid), and X-Allow-Out makes e2guardian read threat names.
    Squid counts Options-TTL from `Date`.
    """
    return [
        ("Methods", ", ".join(service.methods)),
        ("Service", "Douane"),
        ("Service-ID", "douane"),
        ("ISTag", istag),
        ("Date", format_datetime(now, usegmt=True)),
        ("Options-TTL", str(settings.options_ttl_seconds)),
        ("Max-Connections", str(settings.max_connections)),
        ("Allow", "204"),
        ("Preview", str(settings.preview_bytes)),
        ("Transfer-Preview", "*"),
        ("X-Include", "X-Client-IP, X-Authenticated-User, X-Authenticated-Groups"),
        ("X-Allow-Out", "X-Infection-Found, X-Virus-ID"),
    ]
