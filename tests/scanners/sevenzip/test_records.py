"""Records of 7z archives: what decoders keep, and which output is the last."""

import pytest

from scanners.sevenzip.records import AES, COPY, LZMA, LZMA2, PPMD, Coder, Folder

MIB = 1024 * 1024


@pytest.mark.parametrize(
    "method, properties, memory",
    [
        (COPY, b"", 0),
        (LZMA, b"\x5d\0\0\0\4", 64 * MIB),
        (PPMD, b"\6\0\0\0\1", 16 * MIB),
        (LZMA2, b"\x18", 16 * MIB),
        (LZMA2, b"\x19", 24 * MIB),
        (LZMA2, b"\x28", 4096 * MIB),
        (LZMA2, b"\xff", 4096 * MIB),
        (LZMA2, b"", 0),
        (LZMA, b"", 0),
    ],
)
def test_memory(method: bytes, properties: bytes, memory: int) -> None:
    coder = Coder(method, properties)
    assert coder.memory == memory
    assert Folder((coder, coder), ((1, 0),), (0,), (1, 2)).memory == 2 * memory


def test_a_folder() -> None:
    folder = Folder((Coder(AES, b""), Coder(LZMA2, b"\0")), ((1, 0),), (0,), (16, 99))
    assert (folder.size, folder.encrypted) == (99, True)
    assert not Folder((Coder(COPY, b""),), (), (0,), (16,)).encrypted
