"""Messages as Outlook saves them ([MS-OXMSG]): attachments under all their names, and the text."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanners.ole.compound import Compound, Entry, Kind

PROPERTIES = "__properties_version1.0"
ATTACHMENT = "__attach_version1.0_#"
STREAM = "__substg1.0_"
DATA, NESTED = "37010102", "3701000D"
BODIES = (("1000", "body.txt"), ("1013", "body.html"))
RTF_BODY = "10090102"
NAME_TAGS = ("3707", "3704", "3001")
"""Long name, 8.3 name, display name: what programs save an attachment under."""
MIME_TAG = "370E"
UNNAMED = "attachment"
LONGEST = 8192
"""Bytes of a name."""


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment, or a text of the message."""

    stream: Entry
    names: tuple[str, ...]
    declared_type: str = ""
    folder: tuple[str, ...] = ()
    """Names of the messages around it, outermost first."""
    compressed: bool = False
    """It is RTF, compressed."""


def is_message(compound: Compound) -> bool:
    return compound.find(0, PROPERTIES) is not None


def attached(compound: Compound) -> Iterator[Attached]:
    """Yield the texts and attachments of a message, and of the messages attached to it."""
    for storage in compound.storages():
        if storage.kind is Kind.ROOT or storage.name.upper() == STREAM.upper() + NESTED:
            yield from _texts(compound, storage)
        if storage.name.lower().startswith(ATTACHMENT):
            data = compound.find(storage.number, STREAM + DATA)
            if data is not None:
                names = _names(compound, storage) or (UNNAMED,)
                mime = _text(compound, storage, MIME_TAG).lower()
                if mime.startswith("multipart/"):
                    mime = ""  # a signed message: the fields stand with it, the boundary in them
                yield Attached(data, names, mime, _folder(compound, storage))


def _texts(compound: Compound, storage: Entry) -> Iterator[Attached]:
    folder = _folder(compound, storage)
    for tag, name in BODIES:
        for kind in ("001F", "001E", "0102"):
            body = compound.find(storage.number, STREAM + tag + kind)
            if body is not None and body.size:
                yield Attached(body, (name,), folder=folder)
    body = compound.find(storage.number, STREAM + RTF_BODY)
    if body is not None and body.size:
        yield Attached(body, ("body.rtf",), folder=folder, compressed=True)


def _names(compound: Compound, storage: Entry) -> tuple[str, ...]:
    """Return what an attachment is called, the name that Outlook shows first."""
    found = (_text(compound, storage, tag) for tag in NAME_TAGS)
    ansi = (_text(compound, storage, tag, ("001E",)) for tag in NAME_TAGS)
    return tuple(dict.fromkeys(name for name in (*found, *ansi) if name))


def _text(
    compound: Compound, storage: Entry, tag: str, kinds: tuple[str, ...] = ("001F", "001E")
) -> str:
    for kind in kinds:
        entry = compound.find(storage.number, STREAM + tag + kind)
        if entry is not None:
            raw = bytes(compound.read(entry, LONGEST))
            text = raw.decode("utf-16-le" if kind == "001F" else "latin-1", "replace")
            return text.partition("\0")[0]
    return ""


def _folder(compound: Compound, storage: Entry) -> tuple[str, ...]:
    """Return the display names of the attachments that the messages around it are."""
    names: list[str] = []
    while storage.parent and len(names) < 32:
        storage = compound.entries[storage.parent]
        if storage.name.lower().startswith(ATTACHMENT):
            names.append((*_names(compound, storage), UNNAMED)[0])
    return tuple(reversed(names))
