"""What a transferred file is called: the sources in their order, none of them trusted."""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from icap_server.payload.http_head import HttpHead
from scanners.header_parameters import all_values, parse_value
from scanners.names import shorten
from verdicts.model import Direction, NameSource, OtherName

ORIGINAL_FILE = "x-c-icap-client-original-file"
DISPOSITION = "content-disposition"
PARAMETER = "filename"
KEPT = 4
"""Names kept from either end: receivers take the first or the last one."""


def file_names(
    icap_fields: Mapping[str, str],
    request: HttpHead | None,
    response: HttpHead | None,
    direction: Direction,
    path: str,
) -> tuple[OtherName, ...]:
    """Return all names that the file is given, the one to use first; none if nothing names it.

    Each without folders, of at most 1,024 characters, at most 2 * KEPT.  In this order: the
    proxy's X-scan-file-name (Trend), c-icap-client's field, every Content-Disposition of the
    message with the body, the last segment of the URL's `path`.  No browser heeds the second,
    so the URL counts as a name in full beside it: else a sender could hide behind that field.
    """
    body_head = request if direction is Direction.UPLOAD else response
    stored = direction is Direction.UPLOAD and request is not None and request.method == "PUT"
    found = [(NameSource.PROXY, _stated(icap_fields.get("x-scan-file-name", "")))]
    for head in (request, response):
        if head is not None:
            found += [(NameSource.CLIENT, _stated(name)) for name in head.all(ORIGINAL_FILE)]
    for value in body_head.all(DISPOSITION) if body_head else ():
        found += [(NameSource.DISPOSITION, name) for name in disposition_names(value)]
    prefers = any(name and source is not NameSource.CLIENT for source, name in found)
    last = NameSource.URL if prefers and not stored else NameSource.TARGET
    found.append((last, _last_segment(path)))
    distinct: dict[str, NameSource] = {}
    for source, name in found:
        if name:
            distinct.setdefault(bounded(name), source)
    names = tuple(OtherName(source, name) for name, source in distinct.items())
    return names if len(names) <= 2 * KEPT else names[:KEPT] + names[-KEPT:]


def disposition_names(value: str) -> tuple[str, ...]:
    """Return every name that Content-Disposition gives, without folders.

    The standard's own choice among all notations first: filename* before filename (RFC 6266 §4.3).
    """
    if not value:
        return ()
    _, parameters = parse_value(f";{utf8(value)}")  # many servers leave out the type before it
    return tuple(map(_without_folders, all_values(parameters, PARAMETER)))


def bounded(name: str) -> str:
    """Return at most 1,024 characters, cut in the middle, fit for JSON (no lone surrogates)."""
    name = shorten(name)
    return name if name.isascii() else name.encode("utf-8", "replace").decode("utf-8")


def utf8(text: str) -> str:
    """Return what Latin-1 decoded bytes say as UTF-8, or the text itself if they are not that."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _stated(text: str) -> str:
    """Return a name that fills a whole field, plain or in words of RFC 2047."""
    if not text:
        return ""
    names = all_values(((PARAMETER, utf8(text)),), PARAMETER)
    return _without_folders(names[0]) if names else ""


def _last_segment(path: str) -> str:
    segment = path[path.rfind("/") + 1 :]
    if "%" in segment or "\\" in segment:  # a folder may hide in it
        segment = _without_folders(unquote_to_bytes(segment).decode("latin-1"))
    return utf8(segment)


def _without_folders(name: str) -> str:
    r"""RFC 6266 §4.3: only the last segment counts; C:\x\y.exe is y.exe."""
    name = name.rstrip("/\\")
    return name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
