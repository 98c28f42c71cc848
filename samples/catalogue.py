"""The catalogue: every inert specimen, with what a scan of it must yield.

The zygote warms all scanners with it, the tests hold the bench to it, and the demo plays it.
"""

from functools import cache

from samples.builders import eicar
from samples.honest import honest_specimens
from samples.specimen import Specimen
from samples.tricks import trick_specimens
from samples.worms import worm_specimens

__all__ = ["Specimen", "find", "specimens"]


@cache
def specimens() -> tuple[Specimen, ...]:
    """Return all specimens; names are unique.  Below 2 MiB together."""
    test_file = Specimen(
        "eicar.com",
        eicar(),
        "application/octet-stream",
        expected=("signature.yara", "TEST_Eicar_Nov26"),
        about="The anti-virus test file of eicar.org.",
    )
    return (test_file, *worm_specimens(), *honest_specimens(), *trick_specimens())


def find(name: str) -> Specimen:
    """Return the specimen of that name; raise KeyError if there is none."""
    for specimen in specimens():
        if specimen.name == name:
            return specimen
    raise KeyError(name)
