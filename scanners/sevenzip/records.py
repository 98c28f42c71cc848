"""What the header of a 7z archive says, frozen.  All of it untrusted.

Words as in 7zFormat.txt of the LZMA SDK: a folder is one chain of coders over some packed streams;
what comes out of it is cut into substreams, one for each file that is not empty.
"""

from dataclasses import dataclass

COPY = b"\x00"
DELTA, BCJ, BCJ2 = b"\x03", b"\x03\x03\x01\x03", b"\x03\x03\x01\x1b"
LZMA, LZMA2, PPMD = b"\x03\x01\x01", b"\x21", b"\x03\x04\x01"
AES = b"\x06\xf1\x07\x01"


@dataclass(frozen=True, slots=True)
class Coder:
    method: bytes
    properties: bytes
    inputs: int = 1
    outputs: int = 1

    @property
    def memory(self) -> int:
        """Return the bytes that its decoder has to keep, as its properties state them."""
        if self.method in (LZMA, PPMD):
            return int.from_bytes(self.properties[1:5], "little")
        if self.method == LZMA2 and self.properties:
            bits = min(self.properties[0], 40)
            return (2 | bits & 1) << (bits // 2 + 11)
        return 0


@dataclass(frozen=True, slots=True)
class Folder:
    """Streams are numbered over all coders of the folder, inputs and outputs apart."""

    coders: tuple[Coder, ...]
    bonds: tuple[tuple[int, int], ...]
    """(input, output that feeds it)."""
    packed: tuple[int, ...]
    """Inputs that are fed from the file."""
    sizes: tuple[int, ...]
    """Bytes of each output."""
    checksum: int | None = None
    """CRC-32 of what comes out of the folder."""

    @property
    def size(self) -> int:
        """Return the size of the output that no input takes."""
        taken = {output for _, output in self.bonds}
        return next((size for n, size in enumerate(self.sizes) if n not in taken), 0)

    @property
    def encrypted(self) -> bool:
        return any(coder.method == AES for coder in self.coders)

    @property
    def memory(self) -> int:
        return sum(coder.memory for coder in self.coders)


@dataclass(frozen=True, slots=True)
class Part:
    """What one file takes of a folder's output."""

    size: int
    checksum: int | None


@dataclass(frozen=True, slots=True)
class Streams:
    """Where packed streams lie, and what becomes of them."""

    folders: tuple[Folder, ...] = ()
    packed: tuple[tuple[tuple[int, int], ...], ...] = ()
    """For each folder: (offset from the start of the view, size) of what it takes, in its order."""
    parts: tuple[tuple[Part, ...], ...] = ()
    """For each folder: what its files take of it."""


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    folder: int | None
    """Number of the folder that its content comes out of; None: it has none."""
    part: int = 0
    """Its place in that folder."""
    is_directory: bool = False
    is_link: bool = False
    """A symbolic link of Unix: its content is the target."""


@dataclass(frozen=True, slots=True)
class Archive:
    start: int
    end: int
    """Behind the header, which stands last."""
    streams: Streams = Streams()
    members: tuple[Member, ...] = ()
