"""Targets of symbolic links, where an archive keeps them as the content of a member."""

import re

LONGEST_TARGET = 4096
"""Bytes that a system can store as one, at most: Linux's PATH_MAX."""

_CONTROL = re.compile(rb"[\0-\x1f\x7f]")


def is_target(data: memoryview) -> bool:
    """Return whether a link can lead there: all else is content, which some readers write."""
    return 0 < len(data) < LONGEST_TARGET and not _CONTROL.search(data)


def text_of(data: memoryview) -> str:
    """Return the target as text, as much of it as it can be."""
    return bytes(data[:LONGEST_TARGET]).decode("utf-8", "replace")
