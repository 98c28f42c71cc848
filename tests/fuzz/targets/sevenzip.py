"""7z: a header of any bytes is read within the budget, and twice the same way.

Input: the header, to which a sound start header leads; its packed streams lie in it as well.
"""

from pathlib import Path

from samples.sevenzip_archives import start_header
from scanners.kit import Kit
from scanners.model import Content
from scanners.sevenzip.container import SevenZipContainer
from scanners.types.table import read_type_table
from tests.fuzz.tree import TYPES, examine_twice

RULES = Path(__file__).parents[3] / "rules"
SCANNER = SevenZipContainer(Kit(read_type_table(RULES / "types.toml"), TYPES.identify))


def fuzz_one(data: bytes) -> None:
    archive = start_header(0, data) + data
    examine_twice(Content(memoryview(archive), name="a.7z"), SCANNER)
