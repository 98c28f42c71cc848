"""What a client said: the events that a connection yields."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The ICAP head and the encapsulated HTTP heads are in (RFC 3507 §4.3, §4.4)."""

    method: str
    """OPTIONS, REQMOD or RESPMOD."""
    service: str
    """Path of the URI without its leading slash and without query, e.g. "respmod"."""
    fields: Mapping[str, str]
    """ICAP header fields, names in lower case, values as Latin-1; repeated ones joined by ", "."""
    http_request: bytes
    """The encapsulated HTTP request head, byte for byte, blank line included; b"" if absent."""
    http_response: bytes
    """The encapsulated HTTP response head, byte for byte; b"" if absent."""
    has_body: bool
    preview: int | None
    """Bytes of preview announced; None if the client offers none (§4.5)."""
    allow_204: bool
    """The client takes 204 outside a preview too (§4.6)."""
    allow_206: bool
    """The client takes 206 Partial Content (draft-icap-ext-partial-content)."""
    close: bool
    """The client wants the connection closed after the reply."""
    query: str = ""
    """What follows "?" in the URI: arguments of the service, e.g. "profile=nextcloud"."""
    lapses: tuple[str, ...] = ()
    """What RFC 3507 forbids in it and some clients do all the same, each in a few fixed words."""


@dataclass(frozen=True, slots=True)
class BodyData:
    """Some bytes of the encapsulated body, chunk framing removed.

    The view is only good until the connection is fed again: keep a copy, not the view.
    """

    data: memoryview


@dataclass(frozen=True, slots=True)
class PreviewEnd:
    """The client sent its preview (RFC 3507 §4.5)."""

    complete: bool
    """The client said "ieof": this was the whole body, so 100 Continue is forbidden."""


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """The encapsulated body is over.  It may have been empty."""


Event = RequestHead | BodyData | PreviewEnd | BodyEnd
