"""Archives made anew of one folder: encryption is left out, and other readers take them."""

import lzma
import subprocess
from pathlib import Path

import pytest

from scanners.errors import ContentMalformed
from scanners.sevenzip.rebuild import rebuild, without_encryption
from scanners.sevenzip.records import AES, BCJ, BCJ2, COPY, LZMA, LZMA2, Coder, Folder

LOCK = Coder(AES, b"\x13")
TEXT = b"Plain text.\n" * 99
PACKED = lzma.compress(TEXT, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])


def test_alone() -> None:
    assert without_encryption(Folder((LOCK,), (), (0,), (5,))) == Folder(
        (Coder(COPY, b""),), (), (0,), (5,)
    )


def test_before_compression() -> None:
    """As 7-Zip writes it: coders in the order of the data, AES first."""
    pack, jump = Coder(LZMA2, b"\x18"), Coder(BCJ, b"")
    folder = Folder((LOCK, pack, jump), ((1, 0), (2, 1)), (0,), (16, 99, 99))
    assert without_encryption(folder) == Folder((pack, jump), ((1, 0),), (0,), (99, 99))


def test_in_the_other_order() -> None:
    pack = Coder(LZMA2, b"\x18")
    folder = Folder((pack, LOCK), ((0, 1),), (1,), (99, 16))
    assert without_encryption(folder) == Folder((pack,), (), (0,), (99,))


def test_four_streams_of_bcj2() -> None:
    branch, pack = Coder(BCJ2, b"", 4, 1), Coder(LZMA, b"\x5d\0\0\1\0")
    folder = Folder(
        (LOCK, LOCK, LOCK, LOCK, pack, pack, pack, branch),
        ((4, 0), (5, 1), (10, 2), (6, 3), (9, 4), (8, 5), (7, 6)),
        (3, 2, 1, 0),
        (1, 2, 3, 4, 5, 6, 7, 8),
    )
    assert without_encryption(folder) == Folder(
        (pack, pack, pack, branch),
        ((5, 0), (4, 1), (3, 2)),
        (2, 6, 1, 0),
        (5, 6, 7, 8),
    )


@pytest.mark.parametrize(
    "folder",
    [
        Folder((Coder(LZMA2, b""), LOCK), ((1, 0),), (0,), (1, 2)),  # encrypted, then compressed
        Folder((LOCK, Coder(COPY, b"")), (), (0, 1), (1, 2)),  # nothing reads what it gives
        Folder((Coder(AES, b"", 2, 1), Coder(COPY, b"")), ((2, 0),), (0, 1), (1, 2)),
    ],
)
def test_encryption_in_odd_places(folder: Folder) -> None:
    with pytest.raises(ContentMalformed):
        without_encryption(folder)


def test_other_readers_read_it(tmp_path: Path) -> None:
    folder = Folder((Coder(LZMA2, b"\x18"),), (), (0,), (len(TEXT),))
    path = tmp_path / "a.7z"
    path.write_bytes(rebuild(folder, [PACKED], [100, 200, len(TEXT) - 300]))
    subprocess.run(["7zz", "t", str(path)], capture_output=True, check=True)
    for name, expected in (("0", TEXT[:100]), ("1", TEXT[100:300]), ("2", TEXT[300:])):
        command = ["bsdtar", "-xOf", str(path), name]
        assert subprocess.run(command, capture_output=True, check=True).stdout == expected


def test_large_numbers() -> None:
    """Lengths of every size come back: 7-Zip lists what the header says."""
    folder = Folder((Coder(COPY, b""),), (), (0,), (2**56 + 1,))
    assert rebuild(folder, [b""], [2**56]).count(b"\xff") >= 1
    assert b"\xfe" + (2**49).to_bytes(7, "little") in rebuild(folder, [b""], [2**49, 1])
