"""Check the lists and the table of types: does the reader of each understand it?"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from scanners.hash_lists import ALLOWED, BLOCKED, read_hash_list
from scanners.known_members import read_known_members
from scanners.passwords.keyring import read_listed
from scanners.rules.records import Problem
from scanners.text_list import ListMalformed
from scanners.types.table import read_type_table

LISTS: dict[str, Callable[[Path], object]] = {
    BLOCKED: read_hash_list,
    ALLOWED: read_hash_list,
    "members.txt": read_known_members,
    "passwords.txt": read_listed,
}
"""Each may be missing."""
TYPES = "types.toml"
FIX = "correct the line; the comments of the shipped file say what may stand there"
READ_FIX = "make it a readable UTF-8 text"


def check_lists(rules: Path) -> Iterator[Problem]:
    """Yield the first fault of each file."""
    for name, read in LISTS.items():
        try:
            read(rules / name)
        except ListMalformed as error:
            yield Problem(name, error.line, "", error.said, FIX)
        except OSError as error:
            yield Problem(name, 0, "", f"the file cannot be read ({error.strerror})", READ_FIX)
    yield from _type_faults(rules)


def _type_faults(rules: Path) -> Iterator[Problem]:
    try:
        read_type_table(rules / TYPES)
    except OSError as error:
        yield Problem(TYPES, 0, "", f"the file cannot be read ({error.strerror})", READ_FIX)
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(map(str, fault["loc"]))
            yield Problem(TYPES, 0, "", f"{place}: {fault['msg']}", FIX)
    except (ValueError, RecursionError) as error:  # also what is no UTF-8 or no TOML
        yield Problem(TYPES, 0, "", str(error), FIX)
