"""Encrypted specimens: what they say of themselves is held by tests/rules/test_specimens.py."""

import zipfile
from io import BytesIO

from samples.documents_encrypted import encrypted_documents, package


def test_most_open_and_some_do_not() -> None:
    expected = [specimen.expected for specimen in encrypted_documents()]
    assert all("document.encrypted" in codes for codes in expected)
    assert {"unscanned.encrypted" in codes for codes in expected} == {True, False}


def test_they_are_small() -> None:
    assert sum(len(specimen.data) for specimen in encrypted_documents()) < 200_000


def test_the_package_is_one() -> None:
    assert "[Content_Types].xml" in zipfile.ZipFile(BytesIO(package())).namelist()
