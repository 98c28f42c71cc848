"""Padding: what pushes the extension out of sight, or stands behind it where systems cut it off."""

import re
from collections.abc import Iterator

from scanners.disguise.named import BAD, NOTED, Named, Trick
from scanners.model import Code
from scanners.names import BLANKS, extension, readings
from scanners.types.table import TypeTable

LONG_RUN = 6
"""Blanks in a row; Sigma's double-extension rules count from six, MailScanner from ten."""
LONG_TRANSCRIPT = 32
"""Underscores that a dialog shows with all that follows; servers put them for foreign letters."""
LONG_NAME = 150
"""Characters; dialogs cut longer names, and MailScanner denies them."""
TITLED = frozenset({"js", "url", "desktop"})
"""Bundlers name scripts at length, browsers name bookmarks after titles of pages."""
DROPPED = ". \u00a0\u2800\u3000"
"""What Windows drops from the end of a name, or shows as nothing."""

_RUN = re.compile(f"[{re.escape(BLANKS)}]{{{LONG_RUN},}}")


def padding_tricks(named: Named) -> Iterator[Trick]:
    """Judge a reading, whose trailing dots and blanks are gone already."""
    stem, _, last = named.reading.rpartition(".")
    bare = stem.rstrip(BLANKS)
    run = stem[len(bare) :]
    if len(run) >= LONG_RUN:
        decoy = named.table.extension_families(extension(bare))
        hides = (named.runs and not _is_transcribed(run)) or (
            decoy and named.table.extension_families(last)
        )
        said = "blanks push the extension out of sight"
        yield Trick(Code.DISGUISE_PADDING, BAD if hides else NOTED, "blanks", said)
    elif len(named.reading) > LONG_NAME and named.runs and last not in TITLED:
        said = "the name is too long for its extension to be seen"
        yield Trick(Code.DISGUISE_PADDING, BAD, "long_name", said)
    elif _RUN.search(named.reading):
        yield Trick(Code.DISGUISE_PADDING, NOTED, "blanks", "a run of blanks")


def ending_tricks(name: str, table: TypeTable) -> Iterator[Trick]:
    """Judge what a name as stated has behind its extension, or behind a NUL.

    Windows drops dots and blanks there, C programs stop at NUL; checks of extensions may not.
    """
    runs = any(extension(reading) in table.runnable for reading in readings(name))
    if "\0" in name.rstrip("\0") and runs:
        said = "a NUL in the name: programs disagree on where it ends"
        yield Trick(Code.DISGUISE_PADDING, BAD, "nul", said)
    bare = name.rstrip(DROPPED)
    behind = name[len(bare) :]
    if bare and behind and runs:
        hides = "." in behind or len(behind) >= LONG_RUN
        said = "dots or blanks behind the extension, which Windows drops"
        yield Trick(Code.DISGUISE_PADDING, BAD if hides else NOTED, "trailing", said)


def _is_transcribed(run: str) -> bool:
    """Say whether it is a name in letters that some server could not write, and fits a dialog."""
    return len(run) < LONG_TRANSCRIPT and 2 * run.count("_") > len(run)
