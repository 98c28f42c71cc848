"""What the library is told at start holds, whatever the environment of the service says."""

import subprocess
import sys

import pytest

from scanners.archives import binding

NAME = "ünï\u0439.txt"
PROGRAM = f"""
import time
from samples.packing import iso_of
from scanners.archives.libarchive import members
from scanners.budget import Budget
budget = Budget(time.monotonic() + 9, 9999, 9, 9)
image = memoryview(iso_of({{}}, {{{NAME!a}: b"x"}}))
print(*(ascii(member.name) for member in members(image, ("iso9660",), budget)))
"""


@pytest.mark.parametrize("language", ["C", "C.UTF-8", "POSIX", "no_SUCH.locale", ""])
def test_names_do_not_depend_on_the_locale(language: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"LC_ALL": language, "PYTHONCOERCECLOCALE": "0", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [ascii("."), ascii(NAME)]


def test_functions_are_our_own() -> None:
    """Not those of libarchive-c, which log and raise."""
    from libarchive import ffi

    assert ffi.read_next_header.errcheck is not None
    assert getattr(binding.next_header, "errcheck", None) is None


def test_an_unknown_format_is_no_function() -> None:
    with pytest.raises(AttributeError):
        binding.support("format", "no_such")
