"""Who may connect, and whom we believe when it says whose transfer it is."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from icap_server.client import Client
from icap_server.settings import AccessSettings
from icap_server.wire.events import RequestHead
from verdicts.addresses import Networks, lies_in, parse_networks

IDENTITY_FIELDS = frozenset(
    """x-client-ip x-client-port x-client-username x-authenticated-user x-authenticated-groups
    x-subscriber-id proxy-authorization""".split()
)
"""ICAP fields that state for whom a client asks.  File names are no identity, and stay."""
ANY = "any"
KNOWN_ADDRESSES = 4096
"""Answers remembered: clients are few and come often."""


class Access:
    """The networks of `[access]`."""

    def __init__(self, settings: AccessSettings) -> None:
        clients, believed = _networks(settings.clients), _networks(settings.identity_from)
        # both are pure, and addresses of strangers must not fill memory
        self._may_connect = lru_cache(KNOWN_ADDRESSES)(lambda address: lies_in(address, clients))
        self._believed = lru_cache(KNOWN_ADDRESSES)(lambda address: lies_in(address, believed))

    def may_connect(self, client: Client) -> bool:
        return self._may_connect(client.address)

    def without_hearsay(self, head: RequestHead, client: Client) -> RequestHead:
        """Return the head with only such statements about persons as this client may make."""
        if self._believed(client.address) or IDENTITY_FIELDS.isdisjoint(head.fields):
            return head
        kept = {name: text for name, text in head.fields.items() if name not in IDENTITY_FIELDS}
        return replace(head, fields=kept)


def _networks(networks: Iterable[str]) -> Networks:
    """Return the networks; "any" stands for both families."""
    texts: list[str] = []
    for network in networks:
        texts += ("0.0.0.0/0", "::/0") if network == ANY else (network,)
    return parse_networks(texts)
