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
    parameters = message.get_params([], "content-disposition")
    names = [value for name, value in parameters if name == "filename"]
    extended = [collapse_rfc2231_value(value) for value in names if isinstance(value, tuple)]
    return str((extended or names or [""])[0])[:NAME_LENGTH]
