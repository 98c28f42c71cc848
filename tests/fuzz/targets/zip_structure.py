"""ZIP: any bytes are read within the budget, and what Python unpacks from them is found.

Input: an archive.  A sound archive behind it, or before it, is found whatever it is.
"""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

from samples import builders
from scanners.kit import Kit
from scanners.model import Content, DetectionLevel, Examination
from scanners.types.table import read_type_table
from scanners.zip.container import ZipContainer
from tests.fuzz.tree import PROGRAM, TYPES, all_nodes, examine_once, examine_twice

RULES = Path(__file__).parents[3] / "rules"
SCANNER = ZipContainer(Kit(read_type_table(RULES / "types.toml"), TYPES.identify))
SOUND = builders.zip_of({"a.exe": PROGRAM})
START = b"PK\x03\x04"
LARGEST = 1 << 20


def fuzz_one(data: bytes) -> None:
    found = examine_twice(Content(memoryview(data), name="a.zip"), SCANNER)
    assert is_told(found) or not unpacks_program(data), "Python unpacks what we overlook"
    for planted in (data + SOUND, START + data + SOUND, SOUND + data):
        found = examine_once(Content(memoryview(planted), name="a.zip"), (SCANNER,))
        assert is_told(found), "what stands beside it hides a file"


def is_told(found: Examination) -> bool:
    """Return whether the program is found, or a doubt or a gap says that it may be there."""
    assert found.types is not None
    return (
        any(node.file_type.name == "pe" for node in all_nodes(found.types))
        or any(each.level is not DetectionLevel.INFO for each in found.detections)
        or bool(found.unscanned)
    )


def unpacks_program(data: bytes) -> bool:
    with suppress(Exception):  # whatever hostile bytes make of it
        archive = zipfile.ZipFile(io.BytesIO(data))
        for entry in archive.infolist():
            with suppress(Exception), archive.open(entry) as member:
                if member.read(LARGEST).startswith(PROGRAM):
                    return True
    return False
