"""What the self-test sends: one file of each kind that clients get wrong."""

from dataclasses import dataclass
from enum import StrEnum

from samples.catalogue import find
from samples.test_file import eicar
from scanners.settings import MiB

LINE = b"A customs post looks at every parcel before it may enter or leave this town.\n"


class Outcome(StrEnum):
    """What a client does with a file after our answer."""

    PASSED = "passed"
    STOPPED = "stopped"
    UNSCANNABLE = "unscannable"
    """It takes the scan for failed and goes by a setting of its own."""
    ERROR = "error"
    """It takes the answer for broken."""


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    """In the report, "eicar"."""
    file_name: str
    media_type: str
    data: bytes
    wanted: frozenset[Outcome]
    """Outcomes that are no fault of the service under any policy."""


def samples() -> tuple[Sample, ...]:
    """Return EICAR, a clean MiB, an encrypted archive and an empty file."""
    clean = (LINE * (MiB // len(LINE) + 1))[:MiB]
    archive = find(ENCRYPTED).data
    return (
        Sample("eicar", "eicar.txt", "text/plain", eicar(), frozenset({Outcome.STOPPED})),
        Sample("clean", "notes.txt", "text/plain", clean, frozenset({Outcome.PASSED})),
        Sample("encrypted", "papers.zip", "application/zip", archive, ANY_RULING),
        Sample("empty", "empty.txt", "text/plain", b"", frozenset({Outcome.PASSED})),
    )


ENCRYPTED = "locked.zip"
ANY_RULING = frozenset({Outcome.PASSED, Outcome.STOPPED, Outcome.UNSCANNABLE})
"""Whether encrypted archives may pass is for the policy to say; an error is never right."""
