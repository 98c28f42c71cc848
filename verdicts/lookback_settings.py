"""Settings of looking back: what a new rule set is held against."""

from pydantic import Field

from scanners.settings import MiB, Section


class LookbackSettings(Section):
    """What is done about files that were allowed before a rule set became active."""

    days: int = Field(
        30,
        ge=0,
        le=3650,
        description="How far back allowed files are matched by hash, and how long samples are "
        "kept; 0: never.",
    )
    keep_bytes: int = Field(
        0,
        ge=0,
        description="Allowed files that could carry a program are kept in the state directory, up "
        "to so much in all, to be scanned again; they are private data. 0: none.",
    )
    keep_file_bytes: int = Field(
        16 * MiB, gt=0, description="A larger file is not kept for scanning again."
    )

    @property
    def kept_bytes(self) -> int:
        """What samples may take; 0 if nobody would look at them."""
        return self.keep_bytes if self.days else 0
