"""Names of streams in installers, packed two letters into one."""

import pytest

from samples.compound_tree import compound
from scanners.ole.compound import open_compound
from scanners.ole.installer import LETTERS, stored_files, stream_name


def packed(name: str) -> str:
    """Pack a name as Windows Installer does."""
    numbers = [LETTERS.index(letter) for letter in name]
    pairs = zip(numbers[::2], numbers[1::2], strict=False)
    out = "".join(chr(0x3800 + low + (high << 6)) for low, high in pairs)
    return out + (chr(0x4800 + numbers[-1]) if len(numbers) % 2 else "")


@pytest.mark.parametrize("name", ["Binary.custom", "disk1.cab", "Icon.A", "a"])
def test_names(name: str) -> None:
    assert stream_name(packed(name)) == name


def test_other_letters_stay() -> None:
    assert stream_name("é\u4840x") == "é\u4840x"


def test_files_are_what_is_no_table() -> None:
    data = compound(
        {packed("Binary.x"): b"b", "\u4840\u3f7f": b"t", "\x05SummaryInformation": b"s"}
    )
    opened = open_compound(memoryview(data))
    assert [name for name, _ in stored_files(opened)] == ["Binary.x"]
