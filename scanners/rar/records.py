"""What both generations of RAR headers say, in the same words.  Frozen records, no I/O."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

SIGNATURE = re.compile(rb"Rar!\x1a\x07(?:\x00|\x01\x00)")
SIGNATURE_4, SIGNATURE_5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"


class Keys(Protocol):
    """Turns a password into what decrypts one member, or the headers."""

    @property
    def affordable(self) -> bool:
        """Return whether a password can be tried at all, in a time that one may cost."""

    @property
    def lock(self) -> tuple[object, ...]:
        """Return what is equal for members that the same password opens."""

    @property
    def tweaked(self) -> bool:
        """Return whether checksums are keyed, so that they tell nothing of the content."""

    def opens(self, password: str) -> bool | None:
        """Return whether the check value in the archive says so; None if there is none."""

    def decrypt(self, password: str, data: memoryview) -> bytes:
        """Return the decrypted data, padding included; a wrong password gives noise."""

    def checksum(self, password: str, checksum: int) -> int:
        """Return what the header states for a member of this CRC-32."""

    def digest(self, password: str, digest: bytes) -> bytes:
        """Return what the header states for a member of this BLAKE2sp digest."""


class Way(Enum):
    """How a member leads to another file."""

    SYMLINK = "symlink"
    COPY = "copy"  # a hard link, or a second name for the same content


@dataclass(frozen=True, slots=True)
class Link:
    way: Way
    target: str
    bare: bool = True
    """Nothing but the target lies there; else some readers write it to a file."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file, folder, link or alternate stream as its header states it.  All of it untrusted."""

    name: str
    other_names: tuple[str, ...]
    """More that some reader would show."""
    start: int
    """Of its packed data, from the start of the view."""
    packed: int
    size: int | None
    """Bytes; None if the writer did not know."""
    stored: bool
    method: int
    """RAR 5: the whole compression field.  RAR 4: version of the unpacker << 8 | method."""
    window: int
    """Bytes that the unpacker has to keep."""
    solid: bool
    """Its data refers to the members before it."""
    folder: bool
    checksum: int | None
    digest: bytes | None
    """BLAKE2sp, where the writer preferred it to CRC-32."""
    begins_elsewhere: bool = False
    """In another volume."""
    goes_on_elsewhere: bool = False
    link: Link | None = None
    keys: Keys | None = None
    """It is encrypted.  Its padding to 16 bytes counts as packed."""
    stream: bool = False
    """An alternate stream of NTFS, which readers other than WinRAR do not show."""

    @property
    def whole(self) -> bool:
        return not (self.begins_elsewhere or self.goes_on_elsewhere)


@dataclass(frozen=True, slots=True)
class Archive:
    """All that the headers of one archive list, as far as they could be read."""

    version: int
    """4 (RAR 1.5 to 4) or 5."""
    start: int
    """Of its signature."""
    end: int
    """Behind its last block, within the view."""
    members: tuple[Member, ...] = ()
    names_keys: Keys | None = None
    """The headers are encrypted: no member is listed without the password."""
    comment: bytes = b""
    """As far as it is plain; where a password may stand."""
    broken: str = ""
    """What is wrong with the headers, in words; empty if nothing is."""
    ambiguous: tuple[tuple[str, str], ...] = ()
    """(word, sentence) for each way in which the headers contradict themselves."""
