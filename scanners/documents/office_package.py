"""Documents that are a ZIP, seen as a whole: what two of their parts do only together."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.excel_sheets import macro_sheet_findings
from scanners.documents.finding import Finding
from scanners.documents.opendocument import macro_findings
from scanners.documents.parts import Parts, read_parts
from scanners.errors import ScannerError
from scanners.model import Content, Report, Unscanned

OFFICE, OPEN_DOCUMENT = "ooxml", "odf"


@dataclass(frozen=True, slots=True)
class OfficePackageScanner:
    """Reads parts only if there may be macros in them; all parts are looked at as members, too."""

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
        detections = tuple(finding.detection(self.name, content.path) for finding in found)
        return Report(detections=detections, unscanned=gaps)

    def _findings(self, parts: Parts, content: Content, budget: Budget) -> Iterator[Finding]:
        if content.file_type.name == OFFICE:
            yield from macro_sheet_findings(parts, budget)
        else:
            yield from macro_findings(parts, budget)
