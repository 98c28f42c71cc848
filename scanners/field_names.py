"""What the fields beside a base64 text say of it: its name and its type."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from scanners.declared_type import Parameters, parse_media_type
from scanners.names import shorten

NAMES = (
    "filename originalfilename originalname fileoriginalname attachmentname documentname "
    "uploadname displayname file name filepath path title subject label"
).split()
"""Without digits and signs, the most telling first: it is the one that counts.

Names of fields contradict each other in honest documents ("name" may be that of a company).
"""
TYPES = frozenset("mimetype contenttype mediatype filetype mime type filemimetype".split())
KEPT = 4
_LETTERS = re.compile(r"[^a-z]+")
_JSON_ESCAPE = re.compile(rb"\\(?:u00([0-9a-f]{2}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a file in a field; all of it the sender's word."""

    label: str
    """For paths: name or key; empty if there is neither."""
    name: str
    declared_type: str
    parameters: Parameters
    other_types: tuple[str, ...]


def describe(key: str, pairs: Sequence[tuple[str, str]], header: bytes | None) -> Description:
    """Return how a file is called: the fields beside it, else its key, which may be a type, too."""
    spelled = [(_LETTERS.sub("", name.lower()), value) for name, value in pairs if value]
    stated = [value for name, value in spelled if name in TYPES and "/" in value]
    by_key = dict(reversed(spelled))
    name = next((by_key[word] for word in NAMES if word in by_key), "")
    if "/" in key and parse_media_type(key)[0]:
        stated.append(key)
    elif not name:
        name = key
    if header is not None:
        stated.insert(0, _plain(header))
        name = dict(parse_media_type(stated[0])[1]).get("name", name)
    types = [parse_media_type(text) for text in stated]
    known = {media_type: parameters for media_type, parameters in types if media_type}
    declared, *others = known or ("",)
    return Description(
        label=shorten(name or key),
        name=shorten(name),
        declared_type=declared,
        parameters=known.get(declared, ()),
        other_types=tuple(others[:KEPT]),
    )


def _plain(header: bytes) -> str:
    """Undo the escapes of a data URL's header: those of JSON, then those of URLs."""
    text = _JSON_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"", header)
    return unquote_to_bytes(text).decode("latin-1").strip(" ;")
