"""One candidate."""

from dataclasses import dataclass, field

from scanners.model import Source

LONGEST = 128
"""Characters.  Programs take at most 127 (RAR, PDF) or 255 (Office); nobody types more."""


@dataclass(frozen=True, slots=True)
class Password:
    """Never logged, never in a report: `Keyring.mark` stands for it."""

    text: str = field(repr=False)
    source: Source
