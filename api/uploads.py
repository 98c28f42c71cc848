"""What the headers of an uploaded file say of it.  Untrusted, and bounded."""

from contextlib import suppress

from starlette.datastructures import Headers

from scanners.header_parameters import all_values, parse_value

NAME_LENGTH = 1024
HEADER_LENGTH = 4096


def declared_type(headers: Headers) -> str:
    """Return the media type without parameters, lower case; empty if there is none."""
    return headers.get("content-type", "").split(";", 1)[0].strip().lower()[:256]


def declared_name(headers: Headers) -> str:
    """Return the file name of Content-Disposition, RFC 6266 `filename*` included; empty if none."""
    header = headers.get("content-disposition", "")
    if not header or len(header) > HEADER_LENGTH:
        return ""
    with suppress(UnicodeError):  # else it is Latin-1, as RFC 9110 §5.5 has it
        header = header.encode("latin-1").decode("utf-8")
    names = all_values(parse_value(header)[1], "filename")
    return names[0][:NAME_LENGTH] if names else ""
