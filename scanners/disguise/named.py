"""One reading of a name, with what is known of the content under it: what tricks look at."""

from dataclasses import dataclass, field

from scanners.model import UNKNOWN_TYPE, Code, Content, DetectionLevel, Family, FileType
from scanners.names import extension, parts
from scanners.types.table import TypeTable

RECOGNISED = frozenset({Family.IMAGE, Family.DOCUMENT, Family.AUDIO, Family.VIDEO, Family.ARCHIVE})
"""Content of these kinds has marks of its own and runs under no name."""
NATIVE = frozenset("exe scr pif com cpl bat cmd lnk msi msp hta vbs vbe wsf wsh jse chm".split())
"""Extensions with one meaning, and no honest place before another extension."""
SEALED = frozenset({"encrypted", UNKNOWN_TYPE.name})
LARGEST_COM = 65_280
"""Bytes: a DOS .com fills one segment behind its 256-byte prefix.  It has no signature at all."""

LURES = frozenset("txt rtf csv html htm mht mhtml eml srt vcf ics".split())
"""Texts that a person opens to read.  Others are sources: `nginx.conf.sh`, `Acme.Json.exe`."""

BAD, NOTED = DetectionLevel.SUSPICIOUS, DetectionLevel.INFO


@dataclass(frozen=True, slots=True)
class Trick:
    """What a name does to be taken for another."""

    code: Code
    level: DetectionLevel
    word: str
    said: str


@dataclass(frozen=True, slots=True)
class Named:
    reading: str
    """Base name in lower case, without marks; see scanners.names.readings."""
    file_type: FileType
    size: int
    declared_type: str
    table: TypeTable
    last: str = field(init=False)
    """Its extension."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "last", extension(self.reading))

    @classmethod
    def of(cls, reading: str, content: Content, table: TypeTable) -> "Named":
        return cls(reading, content.file_type, len(content.view), content.declared_type, table)

    @property
    def runs(self) -> bool:
        """A double click on that name runs the file."""
        return self.last in self.table.runnable

    @property
    def is_program(self) -> bool:
        return self.file_type.family is Family.PROGRAM

    @property
    def is_sealed(self) -> bool:
        """Nobody could read the content: the name is all there is."""
        return self.size == 0 and self.file_type.name in SEALED

    @property
    def is_harmless(self) -> bool:
        """The content is known, and runs under no name."""
        return self.file_type.family in RECOGNISED

    @property
    def may_be_com(self) -> bool:
        return self.file_type.name == UNKNOWN_TYPE.name and 0 < self.size <= LARGEST_COM

    def decoy(self) -> str | None:
        """Return the harmless extension that stands before the real one; None if none does.

        Numbers are versions and dates; the extension of another program hides no decoy before it.
        """
        inner = [part for part in parts(self.reading)[1:-1] if part and not part.isdecimal()]
        while len(inner) > 1 and inner[-1] in NATIVE:
            inner.pop()
        if not inner:
            return None
        promised = self.table.extension_families(inner[-1])
        if not promised or Family.PROGRAM in promised or promised == {Family.DATA}:
            return None
        is_source = promised == {Family.TEXT} and inner[-1] not in LURES
        return None if is_source else inner[-1]
