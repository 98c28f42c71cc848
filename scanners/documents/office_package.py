"""Documents that are a ZIP, seen as a whole: what two of their parts do only together."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.excel_sheets import macro_sheet_findings
from scanners.documents.finding import Finding
from scanners.documents.opendocument import macro_findings
from scanners.documents.parts import Parts, read_parts
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.model import Code, Content, Detection, DetectionLevel, Family, Report, Unscanned
from scanners.names import shorten

OFFICE, OPEN_DOCUMENT = "ooxml", "odf"
KINDS = frozenset("word excel powerpoint visio text spreadsheet presentation graphics".split())
"""Kinds of documents; other packages of these formats bring programs along."""
NATIVE = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How native programs begin; scripts have no fixed beginning, and no place to be started from."""
HEAD = 4096
"""Bytes that tell a program for sure."""


@dataclass(frozen=True, slots=True)
class OfficePackageScanner:
    """Reads parts only if there may be macros in them; all parts are looked at as members, too."""

    kit: Kit
    name: str = "office_package"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name not in (OFFICE, OPEN_DOCUMENT):
            return Report()
        parts = read_parts(content.view)
        found: dict[Finding, None] = {}
        gaps: tuple[Unscanned, ...] = ()
        try:
            for finding in self._findings(parts, content, budget):
                found[finding] = None
        except ScannerError as error:
            gaps = (Unscanned(self.name, error.reason, content.path),)
        programs = self._programs(parts, content) if _is_document(content) else ()
        detections = (finding.detection(self.name, content.path) for finding in found)
        return Report(detections=(*detections, *programs), unscanned=gaps)

    def _findings(self, parts: Parts, content: Content, budget: Budget) -> Iterator[Finding]:
        if content.file_type.name == OFFICE:
            yield from macro_sheet_findings(parts, budget)
        else:
            yield from macro_findings(parts, budget)

    def _programs(self, parts: Parts, content: Content) -> Iterator[Detection]:
        """Tell programs among the parts, which an archive may have and a document has not."""
        for name in parts.entries:
            if not parts.begins(name, 4).startswith(NATIVE):
                continue
            file_type = self.kit.identify(memoryview(parts.begins(name, HEAD)))
            if file_type.family is Family.PROGRAM:
                path = (*content.path, shorten(name))
                code, level = Code.EMBEDDED_EXECUTABLE, DetectionLevel.SUSPICIOUS
                said = "a program lies among the parts of a document"
                yield Detection(code, self.name, file_type.name, level, path, said)


def _is_document(content: Content) -> bool:
    return not KINDS.isdisjoint(content.file_type.kind.split())
