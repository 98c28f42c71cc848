"""Which profile a request gets: asked for, set by the administrator, known by name, or generic."""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache

import structlog

from icap_server.client_settings import ClientSettings
from icap_server.profile import GENERIC, Profile
from icap_server.shipped_profiles import AGENTS, SHIPPED
from icap_server.wire.events import RequestHead
from verdicts.addresses import lies_in, parse_networks

log = structlog.get_logger()

MAX_CACHED = 1024
"""Choices remembered: a network of clients has a few, a hostile one any number."""
MAX_TEXT = 200
"""Longer user agents, services and names of profiles are cut: nothing we know is that long."""
MAX_COMPLAINTS = 100
"""Names asked for in vain that are logged."""
OVERRIDES = (
    *("verdict_fields", "violations", "unscannable", "unscannable_type"),
    *("block", "preview", "partial", "overload_503"),
)


class Profiles:
    """Chooses; the same question always has the same answer."""

    def __init__(self, clients: Sequence[ClientSettings] = (), redirect_url: str = "") -> None:
        self._clients = [(client, _profile(client, redirect_url)) for client in clients]
        self._choose = lru_cache(MAX_CACHED)(self._choose_anew)
        self._unknown: set[str] = set()

    def select(self, address: str, head: RequestHead) -> Profile:
        """Return the profile for a request of the client at `address` (empty: unknown).

        First `?profile=NAME` of the service, then `[[client]]` in order, then User-Agent.
        """
        if "profile=" in head.query and (asked := self._asked_for(head.query)):
            return asked
        agent = head.fields.get("user-agent", "")
        return self._choose(address, agent[:MAX_TEXT], head.service[:MAX_TEXT])

    def _asked_for(self, query: str) -> Profile | None:
        for argument in query.split("&"):
            key, _, name = argument.partition("=")
            if key == "profile":
                profile = SHIPPED.get(name)
                if profile is None:
                    self._complain(name[:MAX_TEXT])
                return profile
        return None

    def _complain(self, name: str) -> None:
        if name not in self._unknown and len(self._unknown) < MAX_COMPLAINTS:
            self._unknown.add(name)
            log.warning("profile.unknown", asked=name, known=", ".join(SHIPPED))

    def _choose_anew(self, address: str, agent: str, service: str) -> Profile:
        for client, profile in self._clients:
            if _matches(client, address, agent, service):
                return profile
        return next((known for glob, known in AGENTS if fnmatchcase(agent, glob)), GENERIC)


def _matches(client: ClientSettings, address: str, agent: str, service: str) -> bool:
    if client.service and client.service != service:
        return False
    if client.user_agent and not fnmatchcase(agent, client.user_agent):
        return False
    return not client.networks or lies_in(address, parse_networks(client.networks))


def _profile(client: ClientSettings, redirect_url: str) -> Profile:
    given = {key: value for key in OVERRIDES if (value := getattr(client, key)) is not None}
    return replace(SHIPPED[client.profile], redirect_url=redirect_url, **given)
