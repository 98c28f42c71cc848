"""Settings of the door.  The one place where its defaults live."""

import os
import re
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from scanners.settings import KiB, MiB, Section
from verdicts.addresses import parse_networks

PRIVATE_NETWORKS = (
    *("127.0.0.0/8", "::1/128"),  # this machine
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
    *("169.254.0.0/16", "fe80::/10", "fc00::/7"),  # RFC 3927, RFC 4291 §2.4, RFC 4193
)
WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
"""RFC 9110 §5.6.2."""
MOST_FRONTS = 64
"""So many the shared count of connections has room for."""


class IcapSettings(Section):
    """The ICAP service (RFC 3507)."""

    listen: str = Field(
        "127.0.0.1:1344", description="Address and port; port 0 takes a free one (§4.2: 1344)."
    )
    fronts: int = Field(
        0,
        ge=0,
        le=MOST_FRONTS,
        description="Front processes that share the port; 0: one per processor.",
    )
    max_connections: int = Field(
        1000,
        ge=1,
        le=100_000,
        description="Connections of the service, all fronts together; one more gets a 503.",
    )
    client_share: float = Field(
        0.9,
        gt=0,
        le=1,
        description="Part of them that one client address may hold; so many are announced to it "
        "as Max-Connections (§4.10.2).  Its bodies may take as much of `spool.disk_total`.  So one "
        "client cannot starve the others.",
    )
    inspections: int = Field(
        0, ge=0, le=1000, description="Files inspected at once by one front; 0: 2 for each worker."
    )
    waiting: int = Field(
        256,
        ge=1,
        description="Files that may wait for that in one front, client by client in turn; the next "
        "request gets a 503, or waits too if its client would take that amiss.",
    )
    wait_seconds: float = Field(
        30, gt=0, description="A file that waited so long gets a 503; the scan comes on top."
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
    transfer_preview: tuple[str, ...] = Field(
        ("*",),
        description="File extensions of which a client sends a preview first; one of the three "
        'lists holds "*", all others (§4.10.2).',
    )
    transfer_ignore: tuple[str, ...] = Field(
        (), description="File extensions that a client need not send at all: a gap nobody records."
    )
    transfer_complete: tuple[str, ...] = Field(
        (),
        validate_default=True,
        description="File extensions of which a client sends the whole without a preview.",
    )
    service_id: str = Field(
        "douane",
        pattern=f"^{WORD}$",
        max_length=64,
        description="Service-ID in OPTIONS, for clients of several servers.",
    )
    x_include: tuple[str, ...] = Field(
        ("X-Client-IP", "X-Authenticated-User", "X-Authenticated-Groups"),
        description="Header fields that OPTIONS asks clients to add to their requests.",
    )
    redirect_url: str = Field(
        "",
        max_length=1000,
        description="Where a client is sent instead of the block page if its `[[client]]` says "
        "so; {transfer} becomes the transfer's id.",
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

    @field_validator("transfer_preview", "transfer_ignore", "transfer_complete", "x_include")
    @classmethod
    def _words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not re.fullmatch(WORD, word):
                raise ValueError(f"'{word}' is not a word that a header field can carry")
        return words

    @field_validator("transfer_complete")  # the last of the three: the others are in `earlier`
    @classmethod
    def _each_extension_once(
        cls, last: tuple[str, ...], earlier: ValidationInfo
    ) -> tuple[str, ...]:
        lists = ("transfer_preview", "transfer_ignore")
        words = [word for name in lists for word in earlier.data.get(name, ())] + [*last]
        if words.count("*") != 1:
            raise ValueError(
                '"*" has to stand in exactly one of transfer_preview, '
                "transfer_ignore and transfer_complete"
            )
        if len(set(map(str.lower, words))) != len(words):
            raise ValueError("an extension stands in two of the transfer lists")
        return last

    @field_validator("redirect_url")
    @classmethod
    def _place(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[!#-;=?-z~]+", url.replace("{transfer}", "")):
            raise ValueError("write it as http(s)://host/path, other characters percent-encoded")
        return url

    @property
    def front_count(self) -> int:
        return self.fronts or min(len(os.sched_getaffinity(0)), MOST_FRONTS)


class AccessSettings(Section):
    """Who may connect to the ICAP ports, and be believed.  Networks as 192.0.2.0/24, or "any"."""

    clients: tuple[str, ...] = Field(
        PRIVATE_NETWORKS,
        description="Networks that may connect; the others are closed at once.  Shipped: this "
        "machine and private networks (RFC 1918, RFC 4193, link-local).",
    )
    identity_from: tuple[str, ...] = Field(
        ("any",),
        description="Those of them that may say whose transfer it is (X-Client-IP, "
        "X-Authenticated-User …); from the others such fields count as absent.",
    )
    basic_users: str = Field(
        "",
        description="File of names and password hashes, made by `douane access add`; if set, every "
        "request needs Basic credentials.",
    )

    @field_validator("clients", "identity_from")
    @classmethod
    def _known_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        parse_networks(network for network in networks if network != "any")
        return networks


class IcapsSettings(Section):
    """ICAP over TLS, beside the plain port: same services, same limits."""

    listen: str = Field("", description='Address and port, "0.0.0.0:11344"; empty: off.')
    certificate: str = Field(
        "",
        description="File (PEM) with the certificate of this server and what it needs of the "
        "chain above.",
    )
    key: str = Field(
        "",
        description="File (PEM) with its private key, without a passphrase; empty: it is in "
        "the certificate's file.",
    )
    client_certificates: Literal["off", "optional", "required"] = Field(
        "off", description="Whether clients show certificates of their own."
    )
    client_ca: str = Field(
        "", description="File (PEM) with the authorities that sign those; needed unless off."
    )


class SpoolSettings(Section):
    """Where bodies wait for their ruling.  Totals are for one front, unless they say otherwise."""

    memory_bytes: int = Field(
        2 * MiB, ge=0, description="A larger body is kept in an unlinked file, not in memory."
    )
    memory_total: int = Field(
        64 * MiB, ge=0, description="Bodies in memory together; beyond it they go to files."
    )
    disk_total: int = Field(
        8192 * MiB, ge=0, description="Bodies in files together; beyond it reading pauses."
    )
    pieces_total: int = Field(
        1024 * MiB,
        ge=0,
        description="Files that come in pieces, until they are whole; of all fronts together.",
    )
