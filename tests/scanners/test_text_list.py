"""Lists as text: one entry a line, comments and blank lines left out."""

from pathlib import Path

import pytest

from scanners.text_list import MAX_LINES, ListMalformed, read_lines


def test_entries_with_their_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xef\xbb\xbf# comment\r\nfirst\r\n\r\n  two words \n#\n#1\n#\ttab\n")
    assert read_lines(path) == ((2, "first"), (4, "two words"), (6, "#1"))


def test_no_file_is_no_entry(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "none.txt") == ()


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"a\nb\n\xff")
    with pytest.raises(ListMalformed, match=r"list\.txt:3: "):
        read_lines(path)
    path.write_text("x\n" * (MAX_LINES + 1))
    with pytest.raises(ListMalformed, match="more than"):
        read_lines(path)


@pytest.mark.parametrize(
    "hidden", "\x00 \x0b \x0c \x1c \x85 \u2028 \u2029 \u202e \u200b \r".split(" ")
)
def test_nothing_hides_in_a_comment(tmp_path: Path, hidden: str) -> None:
    """Most editors show one line where a reader of lines would see two."""
    path = tmp_path / "list.txt"
    path.write_bytes(f"first\n# nothing here{hidden}second\n".encode())
    with pytest.raises(ListMalformed, match=r"list\.txt:2: the character U\+") as refused:
        read_lines(path)
    assert f"U+{ord(hidden):04X}" in str(refused.value)


def test_a_link_that_leads_nowhere_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.symlink_to(tmp_path / "none.txt")
    with pytest.raises(FileNotFoundError):
        read_lines(path)
