"""Check the lists that analysts keep as plain text: does the reader of each understand it?"""

from collections.abc import Callable, Iterator
from pathlib import Path

from scanners.hash_lists import ALLOWED, BLOCKED, read_hash_list
from scanners.known_members import read_known_members
from scanners.passwords.keyring import read_listed
from scanners.rules.records import Problem
from scanners.text_list import ListMalformed

LISTS: dict[str, Callable[[Path], object]] = {
    ALLOWED: read_hash_list,
    BLOCKED: read_hash_list,
    "members.txt": read_known_members,
    "passwords.txt": read_listed,
}
"""Each may be missing."""
FIX = "correct the line; the comments of the shipped list say what may stand there"


def check_lists(rules: Path) -> Iterator[Problem]:
    """Yield the first fault of each list."""
    for name, read in LISTS.items():
        try:
            read(rules / name)
        except ListMalformed as error:
            yield Problem(name, error.line, "", error.said, FIX)
        except OSError as error:
            said = f"the file cannot be read ({error.strerror})"
            yield Problem(name, 0, "", said, "make it a readable UTF-8 text")
