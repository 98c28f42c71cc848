"""Honest files expect nothing, and cover every family of types."""

from samples.honest import honest_specimens


def test_nothing_is_expected_of_them() -> None:
    assert [specimen.name for specimen in honest_specimens() if specimen.expected] == []


def test_programs_documents_texts_and_archives_are_there() -> None:
    names = {specimen.name.rpartition(".")[2] for specimen in honest_specimens()}
    assert {"exe", "dll", "so", "class", "msi", "sh"} <= names
    assert {"jpg", "png", "gif", "pdf", "doc", "docx", "html", "mp3", "mp4", "wav"} <= names
    assert {"zip", "tar", "gz", "bz2", "xz", "zst", "7z", "rar"} <= names


def test_text_comes_in_many_encodings() -> None:
    texts = [s.data for s in honest_specimens() if s.name.startswith("notes-")]
    assert len(set(texts)) == len(texts) >= 8
