"""What a specimen is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Specimen:
    """One inert file and what the bench must say of it."""

    name: str
    """Unique in the catalogue, and the name under which the file is transferred."""
    data: bytes
    declared_type: str = ""
    """Media type without parameters; empty if the sender declares none."""
    parameters: tuple[tuple[str, str], ...] = ()
    codings: tuple[str, ...] = ()
    """HTTP content codings that `data` still carries, in the order they were applied."""
    expected: tuple[str, ...] = ()
    """Detection codes, YARA rule names or "unscanned.<reason>" that a scan must yield.

    Empty: a scan may yield nothing beyond level info.
    """
    clamav: str = ""
    """Signature of rules/clamav/ that ClamAV must find in it; the other scanners need not."""
    about: str = ""
    """One sentence: what it is and why it is here."""
