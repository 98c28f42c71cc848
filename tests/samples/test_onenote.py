"""Specimens of OneNote begin as sections do ([MS-ONESTORE] 2.3.1)."""

from uuid import UUID

from samples.onenote import FILE_DATA, FILE_END, onenote_specimens


def test_marks_are_those_of_the_specification() -> None:
    for specimen in onenote_specimens():
        kind = UUID(bytes_le=specimen.data[:16])
        assert str(kind) == "7b5c52e4-d88c-4da7-aeb1-5378d02996d3"
    assert str(UUID(bytes_le=FILE_DATA)) == "bde316e7-2665-4511-a4c4-8d4d0b7a9eac"
    assert str(UUID(bytes_le=FILE_END)) == "71fba722-0f79-4a0b-bb13-899256426b24"
