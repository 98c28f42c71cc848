"""What a name with its content says of itself."""

import pytest

from scanners.disguise.named import LARGEST_COM, Named
from scanners.members import SEALED
from scanners.model import UNKNOWN_TYPE, Content
from scanners.types.table import TypeTable


@pytest.mark.parametrize(
    "name, decoy",
    [
        ("photo.jpg.exe", "jpg"),
        ("photo.jpg.1.2.exe", "jpg"),
        ("photo.jpg.exe.scr", "jpg"),
        ("photo.exe", None),
        ("jpg.exe", None),
        ("setup.dat.exe", None),
        ("setup.unheard.exe", None),
        ("nginx.conf.sh", None),
    ],
)
def test_decoy(table: TypeTable, name: str, decoy: str | None) -> None:
    assert Named.of(name, Content(memoryview(b"")), table).decoy() == decoy


def test_what_may_run(table: TypeTable) -> None:
    jpeg, pe = table.named("jpeg"), table.named("pe")
    small = Named("a.com", UNKNOWN_TYPE, 9, "", table)
    assert (small.runs, small.may_be_com, small.is_sealed) == (True, True, False)
    assert not Named("a.com", UNKNOWN_TYPE, LARGEST_COM + 1, "", table).may_be_com
    assert Named("a.com", SEALED, 0, "", table).is_sealed
    assert not Named("a.com", table.named("empty"), 0, "", table).is_sealed
    assert Named("a.com", jpeg, 9, "", table).is_harmless
    assert Named("a.jpg", pe, 9, "", table).is_program
    assert not Named("a.jpg", pe, 9, "", table).runs
