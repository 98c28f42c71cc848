"""How old the official ClamAV database is, from the headers of its files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HEADER_BYTES = 512
"""A CVD or CLD begins with this many bytes of text (libclamav/cvd.c):
ClamAV-VDB:build time:version:signatures:level:md5:signature:builder:build time in seconds"""


@dataclass(frozen=True, slots=True)
class DatabaseAge:
    name: str
    """Of the file: main.cvd, daily.cld …"""
    version: int
    built_at: datetime


def newest_database(folder: Path) -> DatabaseAge | None:
    """Return the official database file that was built last; None if there is none."""
    found = [read_age(path) for suffix in ("cvd", "cld") for path in folder.glob(f"*.{suffix}")]
    return max((age for age in found if age), key=lambda age: age.built_at, default=None)


def read_age(path: Path) -> DatabaseAge | None:
    """Read the header of one file; None if it cannot be read or is none."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError:
        return None
    fields = header.decode("latin-1").split(":")
    if len(fields) < 9 or fields[0] != "ClamAV-VDB":
        return None
    version, seconds = fields[2].strip(), fields[8].split("\n")[0].strip()
    if not (_is_number(version) and _is_number(seconds)):
        return None
    return DatabaseAge(path.name, int(version), datetime.fromtimestamp(int(seconds), UTC))


def stated_age(version: str) -> DatabaseAge | None:
    """Return what clamd's VERSION says of its database, "ClamAV 1.4.6/27000/Mon Nov 23 …".

    None if it has no official one: then VERSION is only "ClamAV 1.4.6".
    """
    _, _, rest = version.partition("/")
    number, _, built = rest.partition("/")
    try:
        # clamd writes its local time; a few hours do not matter for an age in days
        built_at = datetime.strptime(built.strip(), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
    return DatabaseAge("daily", int(number), built_at) if _is_number(number) else None


def _is_number(text: str) -> bool:
    """Digits only, few enough for a year below 2300."""
    return text.isascii() and text.isdigit() and len(text) <= 10
