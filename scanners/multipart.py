"""multipart/* as the head declares it: every part a child."""

from dataclasses import dataclass

from scanners.budget import Budget
from scanners.model import Content, Report
from scanners.multipart_body import split_body


@dataclass(frozen=True, slots=True)
class MultipartScanner:
    """Splits at the boundary that the head declared; tells if receivers could split elsewhere."""

    name: str = "multipart"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or not content.declared_type.startswith("multipart/"):
            return Report()
        return split_body(content, budget).report(self.name)
