"""What a ZIP archive is used for, told by the names of its members and little of their content."""

import re
import zlib
from itertools import islice

from scanners.errors import ContentMalformed
from scanners.zip.directory import entries, find_directory
from scanners.zip.headers import Entry, local_header

MEMBERS = 4096
"""Directory entries looked at."""
CONTENT_TYPES = 64 * 1024
"""Bytes of the list of parts in an office file that are unpacked and read."""
MANIFEST = b"META-INF/MANIFEST.MF"

_OFFICE_PARTS = {b"word": "word", b"xl": "excel", b"ppt": "powerpoint", b"visio": "visio"}
_STATED = re.compile(
    rb"(?P<word>wordprocessingml|ms-word\.)|(?P<excel>spreadsheetml|ms-excel\.)"
    rb"|(?P<powerpoint>presentationml|ms-powerpoint\.)|(?P<visio>ms-visio\.)"
    rb"|(?P<xps>fixedrepresentation)",
    re.IGNORECASE,
)
_ROLES = (  # content types of main parts (ECMA-376 part 1, [MS-OFFMACRO2], [MS-XLSB])
    (re.compile(rb"\.addin\.macroenabled", re.IGNORECASE), "addin"),
    (re.compile(rb"\.template\.(?:macroenabled|main\+xml)", re.IGNORECASE), "template"),
    (re.compile(rb"\.sheet\.binary\.", re.IGNORECASE), "binary"),
)
_ODF = re.compile(
    rb"application/(?:vnd\.oasis\.opendocument\.|vnd\.sun\.xml\.)([a-z]+)(-template)?"
)
_USES = {
    "nupkg": rb"[^/]+\.nuspec",
    "vsix": rb"extension\.vsixmanifest",
    "appx": rb"Appx(?:Manifest|BlockMap)\.xml|AppxMetadata/AppxBundleManifest\.xml",
    "3mf": rb"3D/[^/]+\.model",
    "whl": rb"[^/]+\.dist-info/WHEEL",
    "egg": rb"EGG-INFO/PKG-INFO",
    "ipa": rb"Payload/[^/]+\.app/.*",
    "kmz": rb"[^/]+\.kml",
    "air": rb"META-INF/AIR/application\.xml",
    "xap": rb"AppManifest\.xaml",
    "aab": rb"BundleConfig\.pb",
}
"""A member of that name tells the use; of several, the first."""
_USE = re.compile(b"|".join(b"(%b)" % pattern for pattern in _USES.values()), re.DOTALL)
_EXTENSION_SIGNATURES = frozenset({b"META-INF/mozilla.rsa", b"META-INF/cose.sig"})


def zip_use(view: memoryview) -> tuple[str, str]:
    """Return type (zip, jar, apk, ooxml or odf) and finer words: ("ooxml", "word macros")."""
    listed = _listed(view)
    names = frozenset(entry.raw_name for entry in listed)
    early = {entry.raw_name for entry in listed[:2]}
    if b"AndroidManifest.xml" in names:
        return "apk", ""
    tops = {name.partition(b"/")[0].lower() for name in names}
    parts = [word for folder, word in _OFFICE_PARTS.items() if folder in tops]
    types = next((e for e in listed if e.raw_name.lower() == b"[content_types].xml"), None)
    use = _use(names)
    if types and (parts or use not in ("nupkg", "vsix", "appx", "3mf")):
        return "ooxml", _office_words(view, types, names, parts)
    if words := _open_document(view, names):
        return "odf", words
    classes = any(name.endswith(b".class") for name in names)
    if MANIFEST in names and classes:
        return "jar", _jar_words(names)
    if b"install.rdf" in names or (
        b"manifest.json" in names and not _EXTENSION_SIGNATURES.isdisjoint(names)
    ):
        return "zip", "xpi"
    if MANIFEST in early:
        return "jar", _jar_words(names)
    return "zip", use


def _listed(view: memoryview) -> list[Entry]:
    """Return the first entries of the directory, as far as it can be read."""
    found: list[Entry] = []
    directory = find_directory(view)
    try:
        if directory:
            found.extend(islice(entries(view, directory), MEMBERS))
    except ContentMalformed:
        pass  # scanners/zip/container.py says so
    return found


def _use(names: frozenset[bytes]) -> str:
    found = [match.lastindex for match in map(_USE.fullmatch, names) if match and match.lastindex]
    return [*_USES][min(found) - 1] if found else ""


def _jar_words(names: frozenset[bytes]) -> str:
    if any(name.startswith(b"WEB-INF/") for name in names):
        return "war"
    return "ear" if b"META-INF/application.xml" in names else ""


def _office_words(view: memoryview, types: Entry, names: frozenset[bytes], parts: list[str]) -> str:
    content_types = _unpacked(view, types, CONTENT_TYPES)
    stated = [str(match.lastgroup) for match in _STATED.finditer(content_types)]
    words = [*dict.fromkeys([*parts, *stated])][:2]  # embedded charts state more types
    words = words[:1] if parts and len(parts) == 1 else words
    if any(name.lower().endswith(b"vbaproject.bin") for name in names):
        words.append("macros")
    words += [word for pattern, word in _ROLES if pattern.search(content_types)]
    return " ".join(words)


def _open_document(view: memoryview, names: frozenset[bytes]) -> str:
    """Return the kind of an OpenDocument file or e-book; empty if it is neither.

    By both standards its media type is the first member, stored, without extra field; readers
    take the others as well, if what has to be in them is there.
    """
    stated = bytes(view[30:160])
    if stated.startswith(b"mimetype"):
        if stated.startswith(b"application/epub+zip", 8):
            return "epub"
        if found := _ODF.match(stated, 8):
            macros = any(name.startswith((b"Basic/", b"Scripts/")) for name in names)
            words = [found[1].decode(), "template" if found[2] else "", "macros" if macros else ""]
            return " ".join(filter(None, words))
        return "other"
    if b"mimetype" in names and b"META-INF/container.xml" in names:
        return "epub"
    return "other" if {b"mimetype", b"META-INF/manifest.xml", b"content.xml"} <= names else ""


def _unpacked(view: memoryview, entry: Entry, limit: int) -> bytes:
    """Return the first bytes of a member; nothing if it is damaged, or packed in another way."""
    try:
        start = local_header(view, entry.offset).data
        packed = view[start : start + min(entry.packed_size, limit)]
        if entry.method == 0:
            return bytes(packed)
        return zlib.decompressobj(-15).decompress(packed, limit) if entry.method == 8 else b""
    except (ContentMalformed, zlib.error):
        return b""
