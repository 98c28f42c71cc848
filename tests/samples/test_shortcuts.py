"""The builder of shortcuts makes what other readers take for one."""

import magic

from samples.shortcuts import Link, shortcut, shortcut_specimens


def test_libmagic_reads_the_shortcut() -> None:
    said = magic.Magic().from_buffer(
        shortcut(Link(relative_path="a.txt", arguments="/x", show=7, local_path="C:\\a.txt"))
    )
    assert said.startswith("MS Windows shortcut")
    assert "Has command line arguments" in said


def test_names_are_unique_and_files_small() -> None:
    specimens = shortcut_specimens()
    assert len({each.name for each in specimens}) == len(specimens)
    assert max(len(each.data) for each in specimens) < 4096
