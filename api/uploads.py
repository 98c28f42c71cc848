"""What the headers of an uploaded file say of it.  Untrusted, and bounded."""

from email.message import Message
from email.utils import collapse_rfc2231_value

from starlette.datastructures import Headers

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
    message = Message()
    message["Content-Disposition"] = header.replace("\r", " ").replace("\n", " ")
    name = message.get_param("filename", "", "content-disposition")
    text = collapse_rfc2231_value(name) if isinstance(name, tuple) else str(name or "")
    return text[:NAME_LENGTH]
