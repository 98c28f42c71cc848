"""A request without its wish for a part of the file (RFC 9110 §14.2): then the whole one comes."""

import re

# A field and the folded lines behind it; the request line before them is never taken for a field
RANGE = re.compile(rb"(?im)^(?:If-)?Range[ \t]*:.*\n(?:[ \t].*\n)*")
END_OF_HEAD = b"\r\n\r\n"


def without_range(head: bytes) -> bytes | None:
    """Return the request head without Range and If-Range; None if it has no Range, or is no GET.

    Everything else stays byte for byte.
    """
    line, mark, fields = head.partition(b"\n")
    if not line.startswith(b"GET ") or not head.endswith(END_OF_HEAD):
        return None
    kept, count = RANGE.subn(b"", fields)
    if not count:
        return None
    return line + mark + kept
