"""The ICAP services, and what OPTIONS says of them (RFC 3507 §4.10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from icap_server.profile import Profile
from icap_server.settings import IcapSettings
from icap_server.verdict_fields import field_names

ALIASES = ("avscan", "srv_clamav", "virus_scan", "squidclamav", "scan")
"""Names under which other servers offer virus scanning: a client need not be reconfigured."""
NAMES = ("reqmod", "respmod", *ALIASES, "echo")


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
    service: Service,
    settings: IcapSettings,
    istag: str,
    now: datetime,
    *,
    profile: Profile,
    max_connections: int,
    offers_206: bool,
) -> list[tuple[str, str]]:
    """Return the fields of an OPTIONS answer (§4.10.2), in an order that suits every client.

    `Allow` is exactly "204" (toolarium compares the whole value) unless the client itself offers
    206; `Preview` counts only together with `Transfer-Preview` (Squid), and X-Allow-Out makes
    e2guardian read threat names.  Squid counts Options-TTL from `Date`.
    """
    return [
        ("Methods", ", ".join(service.methods)),
        ("Service", "Douane"),
        ("Service-ID", settings.service_id),
        ("ISTag", istag),
        ("Date", format_datetime(now, usegmt=True)),
        ("Options-TTL", str(settings.options_ttl_seconds)),
        ("Max-Connections", str(max_connections)),
        ("Allow", "204, 206" if offers_206 and profile.partial else "204"),
        *(_preview_fields(settings) if profile.preview else ()),
        *_listed("X-Include", settings.x_include),
        ("X-Allow-Out", ", ".join(field_names(profile))),
    ]


def _preview_fields(settings: IcapSettings) -> list[tuple[str, str]]:
    return [
        ("Preview", str(settings.preview_bytes)),
        *_listed("Transfer-Preview", settings.transfer_preview),
        *_listed("Transfer-Ignore", settings.transfer_ignore),
        *_listed("Transfer-Complete", settings.transfer_complete),
    ]


def _listed(name: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the field, or nothing: an empty list says something else than no list."""
    return [(name, ", ".join(values))] if values else []
