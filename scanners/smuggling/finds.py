"""What was found in a file that does not belong there, and the report about it."""

from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.errors import TooManyMembers
from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Content,
    Detection,
    DetectionLevel,
    FileType,
    Reason,
    Report,
    Unscanned,
)

MOST = 512
"""Children of one file, beyond which is a gap; firmware honestly holds some hundred programs."""
SCRIPTS = -1
"""Stands for the place of all scripts of a file: the first has the others behind it."""


@dataclass(slots=True)
class Finds:
    """Collects for one content; the same place is told once."""

    content: Content
    scanner: str
    budget: Budget
    detections: list[Detection] = field(default_factory=list)
    unscanned: list[Unscanned] = field(default_factory=list)
    children: list[Content] = field(default_factory=list)
    places: set[int] = field(default_factory=set)

    def detect(self, code: Code, word: str, said: str, *, suspicious: bool) -> None:
        level = DetectionLevel.SUSPICIOUS if suspicious else DetectionLevel.INFO
        path = self.content.path
        found = Detection(code, self.scanner, word, level, path, said)
        if found not in self.detections:
            self.detections.append(found)

    def hand_out(self, label: str, view: memoryview, file_type: FileType = UNKNOWN_TYPE) -> None:
        """Add the bytes as a child, so that every scanner sees them from their own first byte.

        Raises ScannerError: the file holds more than MOST, or more than the budget allows.
        """
        if len(self.children) == MOST:
            raise TooManyMembers("one file carries too many others")
        self.budget.spend_member()
        self.budget.spend_bytes(len(view))  # the same bytes may lie in many children
        path = (*self.content.path, label)
        self.children.append(Content(view, path=path, file_type=file_type, hidden_from_clamav=True))

    def is_new(self, place: int) -> bool:
        """Say whether nothing was found there before; from now on, something was."""
        new = place not in self.places
        self.places.add(place)
        return new

    def gap(self, reason: Reason) -> None:
        self.unscanned.append(Unscanned(self.scanner, reason, self.content.path))

    def report(self) -> Report:
        return Report(tuple(self.detections), tuple(self.unscanned), tuple(self.children))
