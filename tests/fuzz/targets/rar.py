"""RAR: headers of both generations are read within the budget, and twice the same way.

Input: what stands behind a signature, one byte that chooses the generation first.
"""

from pathlib import Path

from scanners.kit import Kit
from scanners.model import Content
from scanners.rar.container import RarContainer
from scanners.rar.records import SIGNATURE_4, SIGNATURE_5
from scanners.types.table import read_type_table
from tests.fuzz.tree import TYPES, examine_twice

RULES = Path(__file__).parents[3] / "rules"
SCANNER = RarContainer(Kit(read_type_table(RULES / "types.toml"), TYPES.identify))


def fuzz_one(data: bytes) -> None:
    signature = SIGNATURE_5 if data[:1] == b"5" else SIGNATURE_4
    archive = signature + data[1:]
    examine_twice(Content(memoryview(archive), name="a.rar"), SCANNER)
    examine_twice(Content(memoryview(b"MZ stub" + archive), name="a.exe"), SCANNER)
