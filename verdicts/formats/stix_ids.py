"""Identifiers of STIX 2.1 that are the same whenever the same thing is said again."""

import json
from collections.abc import Mapping
from uuid import UUID, uuid5

OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of cyber-observables, STIX 2.1 §2.9."""
OURS = UUID("6d0c2f4e-7b0a-5c39-9d27-3f5a0f6a4b1e")
"""Namespace of everything else that we name; §2.9 wants another one than that above."""


def observable_id(kind: str, identifying: Mapping[str, object]) -> str:
    """Return the id that every producer gives to the same file, URL, address or account.

    `identifying` are its ID contributing properties; their texts as RFC 8785 writes them.
    """
    text = json.dumps(identifying, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{kind}--{uuid5(OBSERVABLES, text)}"


def own_id(kind: str, *identifying: str) -> str:
    """Return an id of ours for an object of this kind."""
    return f"{kind}--{uuid5(OURS, json.dumps([kind, *identifying]))}"
