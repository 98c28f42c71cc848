"""The nouns of scanning.  Frozen records, no I/O, nothing of ours imported.

Content --scan--> Report (one per scanner) --walk--> Examination --conclude--> Verdict
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How bad a verdict is, worst last, so that max() of two levels is the worse one."""

    CLEAN = 0
    UNKNOWN = 1  # nothing found, but part of the content was not scanned
    SUSPICIOUS = 2
    MALICIOUS = 3


class DetectionLevel(StrEnum):
    """What one detection weighs."""

    INFO = "info"  # recorded; the verdict stays clean
    SUSPICIOUS = "suspicious"
    MALICIOUS = "malicious"


class Code(StrEnum):
    """What kind of thing was detected.  Stable: part of the API and of policy files."""

    SIGNATURE_CLAMAV = "signature.clamav"
    SIGNATURE_YARA = "signature.yara"
    HASH_BLOCKED = "hash.blocked"
    HASH_ALLOWED = "hash.allowed"
    DISGUISE_EXTENSION = "disguise.extension"
    DISGUISE_MIME = "disguise.mime"
    DISGUISE_DOUBLE_EXTENSION = "disguise.double_extension"
    DISGUISE_BIDI = "disguise.bidi"
    DISGUISE_PADDING = "disguise.padding"
    DISGUISE_HOST_NAME = "disguise.host_name"
    DISGUISE_POLYGLOT = "disguise.polyglot"
    EMBEDDED_EXECUTABLE = "embedded.executable"
    ARCHIVE_AMBIGUOUS = "archive.ambiguous"
    ARCHIVE_BOMB = "archive.bomb"
    ARCHIVE_TRAVERSAL = "archive.traversal"
    ARCHIVE_EXECUTABLE = "archive.executable"
    ARCHIVE_ENCRYPTED = "archive.encrypted"
    ARCHIVE_ENCRYPTED_NAMES = "archive.encrypted_names"
    DOCUMENT_ENCRYPTED = "document.encrypted"
    DOCUMENT_MACRO = "document.macro"
    DOCUMENT_EXTERNAL = "document.external"
    CONTAINER_SCRIPT = "container.script"
    CONTAINER_DISK_IMAGE = "container.disk_image"
    CONTAINER_SHORTCUT = "container.shortcut"
    OUTBREAK_FANOUT = "outbreak.fanout"


class Reason(StrEnum):
    """Why a part of the content was not scanned.  Stable: part of the API and of policy files."""

    PARTIAL = "partial"  # only a range of the file was transferred
    STREAMING = "streaming"  # an endless response, decided at the preview
    OPAQUE = "opaque"  # end-to-end encrypted
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed"  # a container whose members cannot be listed
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    TIMED_OUT = "timed_out"
    ENGINE_DOWN = "engine_down"
    CRASHED = "crashed"  # a worker died, or a bug of ours; the traceback is in the log


class Family(StrEnum):
    """What a file is used as; disguise is judged by family, not by exact type."""

    PROGRAM = "program"  # anything the system or a shell would run
    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"
    TEXT = "text"
    DATA = "data"  # everything else, the unknown included


@dataclass(frozen=True, slots=True)
class FileType:
    """What the content really is, whatever its name says."""

    name: str
    """Our own short stable word: pe, elf, macho, java_class, script, msi, lnk, zip, jpeg, text …"""
    mime: str
    """As libmagic says, e.g. application/x-dosexec."""
    family: Family
    kind: str = ""
    """Finer words of ours, separated by blanks: "dll dotnet", "excel".  Empty if there is no more
    to say."""


UNKNOWN_TYPE = FileType("unknown", "application/octet-stream", Family.DATA)


@dataclass(frozen=True, slots=True)
class Content:
    """One file to scan: the transferred one, or one found inside it."""

    view: memoryview
    """The bytes, read-only: mapped from the spool, or decoded within the budget."""
    name: str = ""
    """As the sender named it.  Untrusted.  Empty if nothing named it."""
    declared_type: str = ""
    """Media type without parameters, lower case, as declared by the sender; empty if none."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Parameters of the declared type, names in lower case: (("boundary", "x"),)."""
    codings: tuple[str, ...] = ()
    """HTTP content codings still to be undone, in the order they were applied, lower case."""
    path: tuple[str, ...] = ()
    """Names of the containers around it and its own, outermost first; (): the transferred file."""
    file_type: FileType = UNKNOWN_TYPE
    """Filled in by the walk before any scanner but the type scanner sees the content."""
    hidden_from_clamav: bool = False
    """clamd cannot reach these bytes by itself: the walk hands them out as a child."""
    other_names: tuple[str, ...] = ()
    """More names that some receiver would read where `name` was read."""
    other_types: tuple[str, ...] = ()
    """More media types that were declared beside `declared_type`."""
    url_name: str = ""
    """What the URL calls it, beside `name`.  Often only an address: `get.php`."""
    distorted: bool = False
    """A second reading of bytes that are examined as they should be as well: that it breaks off,
    or holds bytes that belong to nothing, is no finding.  Holds for all that lies in it."""
    clues: Iterable["Clue"] = field(default=(), repr=False, compare=False)
    """Texts that came with it, in which its password may stand, nearest first.  May be lazy."""
    sha256: str = ""
    """64 lower-case hex digits if they are known: of a transferred file that was seen whole."""


class Source(StrEnum):
    """Where a password comes from, in the order in which they are tried."""

    URL = "url"
    FIELD = "field"  # of the form, or of the JSON document, that carried the file
    MESSAGE = "message"  # a text beside the file: chat line, mail body, readme
    NAME = "name"  # of the file or of what it lies in
    LIST = "list"  # rules/passwords.txt
    DEFAULT = "default"  # what everybody tries


@dataclass(frozen=True, slots=True)
class Clue:
    """A text that came with a file, read only if a password is sought.  Untrusted."""

    view: memoryview = field(repr=False)
    """Not decoded yet; may be long."""
    source: Source = Source.MESSAGE
    name: str = ""
    """Of the form field or file that it is; empty if nothing names it.  With Source.NAME, all."""
    declared_type: str = ""
    charset: str = ""
    file_type: FileType = UNKNOWN_TYPE


@dataclass(frozen=True, slots=True)
class Detection:
    """A scanner recognised something."""

    code: Code
    scanner: str
    name: str
    """The engine's own signature or rule name, unchanged; for own checks a short stable word."""
    level: DetectionLevel
    path: tuple[str, ...] = ()
    detail: str = ""
    """One sentence for a person.  May quote the sender's names: untrusted text."""


@dataclass(frozen=True, slots=True)
class Unscanned:
    """A scanner could not do its work on a part of the content."""

    scanner: str
    reason: Reason
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that one scanner says of one content."""

    detections: tuple[Detection, ...] = ()
    unscanned: tuple[Unscanned, ...] = ()
    children: tuple[Content, ...] = ()
    wrapped: bool = False
    """Around the children is nothing but the headers and marks that divide them."""
    archive: bool = False
    """The children are members of an archive: someone has to unpack it before they do anything."""
    unlocked: bool = False
    """Something in it was encrypted, and a password opened all of that."""


@dataclass(frozen=True, slots=True)
class TypeNode:
    """The true type of a file and of everything found inside it."""

    file_type: FileType
    name: str = ""
    """The member's own name; empty for the transferred file.  Untrusted."""
    children: tuple["TypeNode", ...] = ()
    member: bool = False
    """It lies in an archive; otherwise it is a part of the message around it."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """Decoded bytes that clamd cannot reach itself; the worker sends them as a child memfd."""

    view: memoryview
    path: tuple[str, ...]
    wrapper: bool = False
    """What was in it is handed out on its own; left are headers, marks and very short parts."""
    unlocked: frozenset[str] = frozenset()
    """Scanners that opened with a password whatever is encrypted in it and theirs to open, while
    all else that lies in it is handed out, too: that clamd cannot open it is no news then."""


@dataclass(frozen=True, slots=True)
class WorkSeconds:
    """What a walk took, over all members together."""

    file_type: float
    yara: float
    others: float
    """Opening containers, and every other check."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What the walk found in one transferred file: all that a worker returns."""

    types: TypeNode | None = None
    detections: tuple[Detection, ...] = ()
    unscanned: tuple[Unscanned, ...] = ()
    extracted: tuple[Extracted, ...] = ()
    unlocked: frozenset[str] = frozenset()
    """As in Extracted, for the transferred file itself."""
    seconds: WorkSeconds | None = field(default=None, compare=False)
    """None if nothing was walked over."""
