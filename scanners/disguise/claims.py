"""Disguise: the name or the declared type says one thing, the content another."""

from dataclasses import dataclass

from scanners.budget import Budget
from scanners.disguise.named import RECOGNISED
from scanners.model import Code, Content, Detection, DetectionLevel, Family, Report
from scanners.names import extension, readings
from scanners.types.table import KnownType, TypeTable

FALLBACK = "text/plain"
"""What servers say of a file that they do not know; old Apache's DefaultType."""


@dataclass(frozen=True, slots=True)
class DisguiseScanner:
    """Holds true type against extension and declared type; tricks in the name are NameScanner's."""

    table: TypeTable
    name: str = "disguise"

    def scan(self, content: Content, budget: Budget) -> Report:
        known = self.table.types.get(content.file_type.name)
        if known is None or content.codings:  # coded bytes: the decoded child bears the name
            return Report()
        found = (self._by_extension(content, known), self._by_media(content, known))
        return Report(detections=tuple(detection for detection in found if detection))

    def _by_extension(self, content: Content, known: KnownType) -> Detection | None:
        for last in _extensions(content):
            level = _weigh(self.table.extension_families(last), known)
            if level and last not in known.extensions:
                said = f"{known.file_type.name} content under the extension .{last}"
                return self._detection(Code.DISGUISE_EXTENSION, level, content, said)
        return None

    def _by_media(self, content: Content, known: KnownType) -> Detection | None:
        for declared in (content.declared_type, *content.other_types):
            level = _weigh(self.table.media_families(declared), known)
            if not level or declared in known.media:
                continue
            if declared == FALLBACK and self._honestly_named(content, known):
                level = DetectionLevel.INFO
            said = f"{known.file_type.name} content declared as {declared}"
            return self._detection(Code.DISGUISE_MIME, level, content, said)
        return None

    def _honestly_named(self, content: Content, known: KnownType) -> bool:
        """Say whether a reading of the name tells the type, and none promises another."""
        telling = [last for last in _extensions(content) if self.table.extension_families(last)]
        return bool(telling) and known.extensions.issuperset(telling)

    def _detection(
        self, code: Code, level: DetectionLevel, content: Content, said: str
    ) -> Detection:
        return Detection(code, self.name, content.file_type.name, level, content.path, said)


def _extensions(content: Content) -> list[str]:
    """Return the extensions of every reading of every name: the receiver may take any."""
    names = (content.name, *content.other_names)
    return [extension(reading) for name in names for reading in readings(name)]


def _weigh(promised: frozenset[Family], known: KnownType) -> DetectionLevel | None:
    """Weigh a content against what its name promises; None: nothing to tell."""
    family = known.file_type.family
    if not promised or promised & (known.passes_as - {family}):
        return None
    if family is Family.PROGRAM:
        harmless = promised <= RECOGNISED | {Family.TEXT}
        return DetectionLevel.SUSPICIOUS if harmless else DetectionLevel.INFO
    # text goes under thousands of names, data under any
    return DetectionLevel.INFO if family in RECOGNISED else None
