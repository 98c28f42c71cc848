"""Excel 4 macros: what the macro sheets of one workbook do, whatever its format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.documents.finding import Finding, quote
from scanners.model import Code
from scanners.ole.excel_formulas import STARTING, WRITING

_AUTO = re.compile(r"(?:_xlnm\.)?(auto_(?:open|close|activate|deactivate))", re.IGNORECASE)


@dataclass(slots=True)
class MacroSheets:
    """Filled while a workbook is read; dicts for their order."""

    sheets: dict[str, None] = field(default_factory=dict)
    hidden: bool = False
    auto: dict[str, None] = field(default_factory=dict)
    functions: dict[str, None] = field(default_factory=dict)

    def add_name(self, text: str) -> None:
        """Take note of a defined name; Excel runs all that begin with one of four words."""
        if match := _AUTO.match(text):
            self.auto[match[1]] = None

    def findings(self) -> Iterator[Finding]:
        """Yield one finding if there are macro sheets.

        Suspicious is what runs by itself and starts something, or, on a hidden sheet, writes the
        formulas that will.
        """
        if not self.sheets:
            return
        calls = [name for name in self.functions if name in STARTING]
        if self.hidden and not calls:
            calls = [name for name in self.functions if name in WRITING]
        said = f"Excel 4 macros on the sheet {quote(next(iter(self.sheets)), 40)}"
        said += " (hidden)" if self.hidden else ""
        said += f"; {next(iter(self.auto))} runs by itself" if self.auto else ""
        said += f"; they use {', '.join(calls)}" if calls else ""
        suspicious = bool(self.auto and calls)
        word = "excel4_auto_run" if suspicious else "excel4"
        yield Finding(Code.DOCUMENT_MACRO, word, said, harmless=not suspicious)
