"""How each kind of client asks: the requests that the self-test plays (what real ones send)."""

from base64 import b64encode
from dataclasses import dataclass

from douane.selftest.specimens import Sample

HOST = "selftest.douane.invalid"
CHUNK_BYTES = 64 * 1024
USER = b64encode(b"Local://selftest").decode()


@dataclass(frozen=True, slots=True)
class Manner:
    """One kind of client.  The defaults ask for a download, without preview."""

    profile: str
    method: str = "RESPMOD"
    preview: int | None = None
    """Bytes; None: none is offered.  Counts only where the service asks for one."""
    preview_small_too: bool = True
    """A body that the preview would hold whole is sent as a preview, too."""
    allow: str = "204"
    """Empty: the client never takes a 204 outside a preview."""
    allow_below: int = 2**62
    """Allow is sent for smaller bodies only: the client could not repeat a larger one."""
    http_version: str = "HTTP/1.1"
    request_head: bool = True
    """False: the head of the request is there, but empty."""
    ieof: bool = False
    """The last chunk says ieof, preview or not."""
    fields: tuple[str, ...] = ()
    """Further ICAP header lines."""


MANNERS = (
    Manner("generic", preview=1024),
    Manner(
        "squid",
        preview=4096,
        allow="204, 206, trailers",
        allow_below=64 * 1024,
        fields=("X-Client-IP: 192.0.2.10",),
    ),
    Manner(
        "nextcloud",
        "REQMOD",
        http_version="HTTP/1.0",
        fields=("X-Client-IP: ", "Transfer-Encoding: chunked", "Connection: close"),
    ),
    Manner("owncloud", request_head=False, fields=("Connection: close",)),
    Manner(
        "g3proxy",
        preview=1024,
        preview_small_too=False,
        allow="",
        fields=("X-Client-IP: 192.0.2.10", f"X-Authenticated-User: {USER}"),
    ),
    Manner("e2guardian", preview=1024, preview_small_too=False, http_version="HTTP/1.0"),
    Manner("trafficserver", allow="", ieof=True, fields=("Connection: close",)),
    Manner("rspamd"),
    Manner(
        "fortigate",
        preview=1024,
        fields=("X-Client-IP: 192.0.2.10", f"X-Authenticated-User: {USER}"),
    ),
    Manner("f5", "REQMOD", preview=1024),
    Manner("proxysg", preview=0, fields=("X-Client-IP: 192.0.2.10",)),
    Manner("powerscale"),
    Manner("nutanix"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """The bytes of one request."""

    opening: bytes
    """All that is sent before the service answers."""
    rest: bytes | None
    """What follows 100 Continue; None: everything is in the opening."""


def ask(manner: Manner, sample: Sample, *, host: str, service: str, previews: bool) -> Question:
    """Return the request; `previews`: the service asked for previews in its OPTIONS answer."""
    heads, layout = _encapsulate(manner, sample)
    lines = [
        f"{manner.method} icap://{host}/{service}?profile={manner.profile} ICAP/1.0",
        f"Host: {host}",
        f"Encapsulated: {layout}",
        *manner.fields,
    ]
    if manner.allow and len(sample.data) < manner.allow_below:
        lines.append(f"Allow: {manner.allow}")
    preview = manner.preview if previews else None
    if preview is not None and len(sample.data) <= preview and not manner.preview_small_too:
        preview = None
    if preview is not None:
        lines.append(f"Preview: {min(preview, len(sample.data))}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode() + heads
    if preview is None:
        return Question(head + chunks(sample.data, ieof=manner.ieof), None)
    if len(sample.data) <= preview:
        return Question(head + chunks(sample.data, ieof=True), None)
    return Question(head + chunks(sample.data[:preview]), chunks(sample.data[preview:]))


def chunks(data: bytes, *, ieof: bool = False) -> bytes:
    """Return `data` in chunks, the last chunk included (RFC 3507 §4.5)."""
    pieces = [data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return framed + (b"0; ieof\r\n\r\n" if ieof else b"0\r\n\r\n")


def _encapsulate(manner: Manner, sample: Sample) -> tuple[bytes, str]:
    """Return the HTTP heads and the value of Encapsulated."""
    url = f"http://{HOST}/{sample.file_name}"
    described = f"Content-Type: {sample.media_type}\r\nContent-Length: {len(sample.data)}\r\n\r\n"
    if manner.method == "REQMOD":
        head = f"PUT {url} {manner.http_version}\r\nHost: {HOST}\r\n{described}".encode()
        return head, f"req-hdr=0, req-body={len(head)}"
    request = f"GET {url} {manner.http_version}\r\nHost: {HOST}\r\n\r\n".encode()
    if not manner.request_head:
        request = b""
    response = f"{manner.http_version} 200 OK\r\n{described}".encode()
    total = len(request) + len(response)
    return request + response, f"req-hdr=0, res-hdr={len(request)}, res-body={total}"
