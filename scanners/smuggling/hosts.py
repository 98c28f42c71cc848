"""What may honestly lie in a file of a type, beside what its viewers show."""

import re
from dataclasses import dataclass

from scanners.base64_fields import TAKEN_APART
from scanners.model import Content, Family
from scanners.smuggling.archives import starts_as_zip

CLOSED = frozenset({Family.IMAGE, Family.AUDIO, Family.VIDEO})
"""Nothing else belongs into these."""
OFFICE = frozenset("word excel powerpoint publisher visio project".split())
TAGGED = frozenset({"lnk"})
"""Programs that a script host takes for a page as well, whatever comes before its first tag."""
DISCS = frozenset({"iso", "udf", "img"})
PROBE = 4096

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}+<(?:!doctype|html|head|body|script|svg|\?xml|!--)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Host:
    """How a content is to be searched."""

    programs: bool = False
    """Search it for programs; all of them are suspicious, unless it is `vague`."""
    archives: bool = False
    tags: bool = False
    vague: bool = False
    """Of no known format: programs in it are ordinary, but for one right behind a few bytes."""


def host_of(content: Content) -> Host:
    """Return what is worth searching for; nothing in what others take apart."""
    kind, family, view = content.file_type.name, content.file_type.family, content.view
    if family in CLOSED and kind != "svg":
        return Host(programs=True, archives=True, tags=True)
    if kind == "pdf":
        return Host(programs=True, archives=True)
    if family is Family.DOCUMENT and not starts_as_zip(view):
        return Host(programs=True, vague=kind == "ole" and not _is_document(content))
    if kind in TAGGED:
        return Host(tags=True)
    if begins_as_page(view):
        return Host(programs=_has_zeros(view))
    if family is Family.DATA and len(view) > PROBE // 64:
        return Host(programs=True, archives=True, vague=True)
    if family is Family.TEXT and kind != "mail" and not is_message(view):
        return Host(programs=_has_zeros(view))
    return Host()


def begins_as_page(view: memoryview) -> bool:
    """Say whether browsers take it for a page, though not all of it is text."""
    return _PAGE.match(view) is not None


def is_taken_apart(content: Content) -> bool:
    """Say whether its parts are children of other scanners: they lie in it as they are."""
    declared = content.declared_type
    return bool(content.codings) or declared.startswith("multipart/") or declared in TAKEN_APART


def _is_document(content: Content) -> bool:
    """Say whether a compound file is a document; mails and databases may hold programs."""
    words = content.file_type.kind.split()
    return "msg" not in words and not OFFICE.isdisjoint(words)


def is_message(view: memoryview) -> bool:
    """Say whether a text begins as a message or a body in parts, which nobody declared."""
    head = bytes(view[:PROBE]).lower()
    divided = head.startswith(b"--") and not head.startswith(b"-----begin ")
    return divided or head.startswith(b"http/") or b"\ncontent-" in head or b" http/1." in head


def _has_zeros(view: memoryview) -> bool:
    """No header of a program does without; text has none."""
    return any(0 in bytes(view[at : at + 65_536]) for at in range(0, len(view), 65_536))
