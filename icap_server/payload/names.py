"""What a transferred file is called: the sources in their order, none of them trusted."""

from collections.abc import Mapping

from icap_server.payload.disposition import decode_name, disposition_name
from icap_server.payload.http_head import HttpHead
from verdicts.model import Direction

MAX_NAME = 1024
ORIGINAL_FILE = "x-c-icap-client-original-file"
DISPOSITION = "content-disposition"


def file_name(
    icap_fields: Mapping[str, str],
    request: HttpHead | None,
    response: HttpHead | None,
    direction: Direction,
    path: str,
) -> str:
    """Return the name without folders, at most 1,024 characters; empty if nothing names it.

    In this order: the proxy's X-scan-file-name (Trend), c-icap-client's field in a request, the
    Content-Disposition of the message with the body, the last segment of the URL's `path`, and
    c-icap-client's field in a response.  That comes last because no browser heeds it: a server
    could give an innocent name there and the real one in the URL.
    """
    body_head = request if direction is Direction.UPLOAD else response
    return bounded(
        _plain_name(icap_fields.get("x-scan-file-name", ""))
        or (_plain_name(request.first(ORIGINAL_FILE)) if request else "")
        or (_last_part(disposition_name(body_head.first(DISPOSITION))) if body_head else "")
        or _plain_name(path[path.rfind("/") + 1 :])
        or (_plain_name(response.first(ORIGINAL_FILE)) if response else "")
    )


def bounded(name: str) -> str:
    """Shorten in the middle: the extension at the end is what a long name would hide.

    The text is made fit for JSON and databases too (no lone surrogates).
    """
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME // 2]}…{name[1 - MAX_NAME // 2 :]}"
    return name if name.isascii() else name.encode("utf-8", "replace").decode("utf-8")


def _plain_name(text: str) -> str:
    return _last_part(decode_name(text)) if text else ""


def _last_part(name: str) -> str:
    r"""RFC 6266 §4.3: only the last segment counts; C:\x\y.exe is y.exe."""
    name = name.rstrip("/\\")
    return name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
