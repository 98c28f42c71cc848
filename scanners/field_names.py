"""What the fields beside a base64 text say of it: its name and its type."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from scanners.declared_type import Parameters, parse_media_type
from scanners.names import shorten

NAMES = frozenset(
    "filename file fileoriginalname originalfilename originalname uploadname attachmentname "
    "documentname displayname name path filepath".split()
)
FALLBACK_NAMES = frozenset({"title", "subject", "label"})
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
    other_names: tuple[str, ...]
    declared_type: str
    parameters: Parameters
    other_types: tuple[str, ...]


def describe(key: str, pairs: Sequence[tuple[str, str]], header: bytes | None) -> Description:
    """Return how a file is called: the fields beside it, else its key, which may be a type, too."""
    spelled = [(_LETTERS.sub("", name.lower()), value) for name, value in pairs]
    names = _chosen(spelled, NAMES) or _chosen(spelled, FALLBACK_NAMES)
    stated = [value for value in _chosen(spelled, TYPES) if "/" in value]
    if "/" in key and parse_media_type(key)[0]:
        stated.append(key)
    elif not names:
        names = [key]
    if header is not None:
        stated.insert(0, _plain(header))
        name = dict(parse_media_type(stated[0])[1]).get("name", "")
        names = list(dict.fromkeys(filter(None, [name, *names])))
    types = [parse_media_type(text) for text in stated]
    known = {media_type: parameters for media_type, parameters in types if media_type}
    declared, *others = known or ("",)
    first, *more = [shorten(name) for name in names] or [""]
    return Description(
        label=first or shorten(key),
        name=first,
        other_names=tuple(more[:KEPT]),
        declared_type=declared,
        parameters=known.get(declared, ()),
        other_types=tuple(others[:KEPT]),
    )


def _chosen(spelled: Sequence[tuple[str, str]], wanted: frozenset[str]) -> list[str]:
    return list(dict.fromkeys(value for name, value in spelled if name in wanted and value))


def _plain(header: bytes) -> str:
    """Undo the escapes of a data URL's header: those of JSON, then those of URLs."""
    text = _JSON_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"", header)
    return unquote_to_bytes(text).decode("latin-1").strip(" ;")
