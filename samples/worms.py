"""Specimens of the families that rules/ knows: empty programs that hold the published strings.

They prove that a rule matches what was published, not that it matches the worm: no sample of any
of these families was ever seen or copied here.
"""

from samples.programs import pe, wide
from samples.specimen import Specimen
from samples.worms_early import EARLY_WORMS, Worm
from samples.worms_later import LATER_WORMS
from samples.worms_scripts import worm_scripts

WORMS = (*EARLY_WORMS, *LATER_WORMS)
NARROW = "MSVBVM"
"""The import of a Visual Basic runtime: the name of a library is never UTF-16."""


def worm_specimens() -> tuple[Specimen, ...]:
    """One program a family, then the worms that are no programs.

    Every second program keeps its strings as UTF-16, as Visual Basic does.
    """
    return (
        *(_program(worm, number % 2 == 1) for number, worm in enumerate(WORMS)),
        *worm_scripts(),
    )


def _program(worm: Worm, is_wide: bool) -> Specimen:
    strings = [
        wide(text) if is_wide and not text.startswith(NARROW) else text.encode()
        for text in worm.strings
    ]
    return Specimen(
        worm.file_name,
        pe(strings, size=worm.size),
        "application/octet-stream",
        expected=("signature.yara", worm.rule),
        clamav=worm.clamav,
        about=f"An empty PE with strings published of {worm.family}.",
    )
