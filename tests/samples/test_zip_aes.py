"""WinZip's AES as pyzipper reads it."""

import io

import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st

from samples.zip_aes import encrypt
from samples.zip_archives import aes_member, archive_of


@given(st.binary(max_size=100), st.binary(min_size=1, max_size=20), st.integers(1, 3))
def test_the_right_password_opens_it(data: bytes, password: bytes, strength: int) -> None:
    member = aes_member("a.bin", data, password, strength=strength)
    archive = pyzipper.AESZipFile(io.BytesIO(archive_of(member)))
    assert archive.read("a.bin", pwd=password) == data


def test_a_wrong_password_does_not() -> None:
    archive = pyzipper.AESZipFile(io.BytesIO(archive_of(aes_member("a.txt", b"text", b"right"))))
    with pytest.raises(RuntimeError, match="Bad password"):
        archive.read("a.txt", pwd=b"wrong")


def test_the_text_is_hidden() -> None:
    assert b"secret" not in encrypt(b"secret" * 9, b"x")
