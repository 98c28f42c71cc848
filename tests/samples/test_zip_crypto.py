"""ZipCrypto as the standard library reads it."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.containers import encrypted_zip


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=20))
def test_the_right_password_opens_it(data: bytes, password: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(encrypted_zip({"a.bin": data}, password)))
    assert archive.getinfo("a.bin").flag_bits & 1
    assert archive.read("a.bin", pwd=password) == data


def test_a_wrong_password_does_not() -> None:
    archive = zipfile.ZipFile(io.BytesIO(encrypted_zip({"a.txt": b"text"}, b"right")))
    with pytest.raises(RuntimeError, match="Bad password"):
        archive.read("a.txt", pwd=b"wrong")


def test_the_text_is_hidden() -> None:
    assert b"secret" not in encrypted_zip({"a.txt": b"secret"}, b"x")
