"""The table of types: what content, media types and extensions each promise (rules/types.toml)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from scanners.model import UNKNOWN_TYPE, Family, FileType

Pattern = tuple[tuple[int, bytes], ...]
"""Bytes that must stand at offsets, all of them."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Type(_Entry):
    family: Family
    mime: str = Field(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")
    also: list[str] = []
    extensions: list[str] = []
    passes_as: list[Family] = []
    magic: list[str] = []
    sections: list[str] = []
    keys: list[str] = []
    roots: list[str] = []
    elements: list[str] = []


class _Generic(_Entry):
    media: list[str]


class _Names(_Entry):
    runnable: list[str]
    wrapped_in_js: list[str]
    of_the_web: list[str] = []


class _File(_Entry):
    types: dict[str, _Type]
    media: dict[str, Family]
    generic: _Generic
    names: _Names


@dataclass(frozen=True, slots=True)
class KnownType:
    """One row: a type and the names that it may honestly bear."""

    file_type: FileType
    media: frozenset[str]
    extensions: frozenset[str]
    passes_as: frozenset[Family]
    """Its own family among them."""
    patterns: tuple[Pattern, ...]
    sections: frozenset[bytes] = frozenset()
    """Headings of a settings file that make it this type; lower case, as all that follow."""
    keys: frozenset[bytes] = frozenset()
    """Of which such a file has one at least; empty: it need not."""
    roots: frozenset[bytes] = frozenset()
    """First elements of XML that make it this type, without prefix."""
    elements: frozenset[bytes] = frozenset()
    """Of which one has to stand in it, too; empty: none need."""


@dataclass(frozen=True, slots=True)
class TypeTable:
    """Read once at start; shared by everything that judges types and names."""

    types: dict[str, KnownType]
    media: dict[str, Family]
    generic_media: frozenset[str]
    runnable: frozenset[str]
    wrapped_in_js: frozenset[str]
    of_the_web: frozenset[str]
    _by_mime: dict[str, FileType] = field(init=False, default_factory=dict)
    _extension_families: dict[str, frozenset[Family]] = field(init=False, default_factory=dict)
    _media_families: dict[str, frozenset[Family]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for known in self.types.values():
            promise = frozenset({known.file_type.family})
            for extension in known.extensions:
                others = self._extension_families.get(extension, frozenset())
                self._extension_families[extension] = others | promise
            for media in known.media:
                others = self._media_families.get(media, frozenset())
                self._media_families[media] = others | promise
        for extension in self.runnable:
            self._extension_families.setdefault(extension, frozenset({Family.PROGRAM}))
        for known in reversed(self.types.values()):  # the first that claims a media type keeps it
            self._by_mime.update(dict.fromkeys(known.media, known.file_type))
        for known in self.types.values():
            self._by_mime[known.file_type.mime] = known.file_type

    def named(self, name: str) -> FileType:
        """Return the type of that name; KeyError if the table lacks it."""
        return self.types[name].file_type

    def of_mime(self, mime: str) -> FileType:
        """Return the type for libmagic's answer; one that the table lacks keeps its own mime."""
        if known := self._by_mime.get(mime):
            return known
        name = mime.partition("/")[2] or UNKNOWN_TYPE.name
        return FileType(name, mime, self._tree(mime) or Family.DATA)

    def extension_families(self, extension: str) -> frozenset[Family]:
        """Return the families that an extension (lower case, no dot) promises; empty: nothing."""
        return self._extension_families.get(extension, frozenset())

    def media_families(self, media: str) -> frozenset[Family]:
        """Return the families that a declared media type promises; empty: nothing."""
        if media in self.generic_media:
            return frozenset()
        if known := self._media_families.get(media):
            return known
        tree = self._tree(media)
        return frozenset({tree}) if tree else frozenset()

    def _tree(self, media: str) -> Family | None:
        return self.media.get(media) or self.media.get(media.partition("/")[0] + "/")


def read_type_table(path: Path) -> TypeTable:
    """Return the table in `path`; ValueError or OSError says what is wrong with it."""
    raw = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    return TypeTable(
        types={name: _known(name, entry) for name, entry in raw.types.items()},
        media=raw.media,
        generic_media=frozenset(raw.generic.media),
        runnable=_lower(raw.names.runnable),
        wrapped_in_js=_lower(raw.names.wrapped_in_js),
        of_the_web=_lower(raw.names.of_the_web),
    )


def _known(name: str, entry: _Type) -> KnownType:
    return KnownType(
        file_type=FileType(name, entry.mime, entry.family),
        media=_lower([entry.mime, *entry.also]),
        extensions=_lower(entry.extensions),
        passes_as=frozenset({entry.family, *entry.passes_as}),
        patterns=tuple(_pattern(name, text) for text in entry.magic),
        sections=_encoded(entry.sections),
        keys=_encoded(entry.keys),
        roots=_encoded(entry.roots),
        elements=_encoded(entry.elements),
    )


def _pattern(name: str, text: str) -> Pattern:
    """Parse "OFFSET:HEX …"."""
    try:
        parts = [part.split(":") for part in text.split()]
        return tuple((int(at), bytes.fromhex(digits)) for at, digits in parts)
    except ValueError as error:
        raise ValueError(f"types.{name}: magic {text!r} is not OFFSET:HEX") from error


def _encoded(words: Iterable[str]) -> frozenset[bytes]:
    return frozenset(word.lower().encode() for word in words)


def _lower(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)
