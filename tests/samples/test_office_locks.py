"""The encrypted documents are what a library of others opens, and always the same bytes."""

import io
from collections.abc import Callable

import msoffcrypto
import pytest

from samples.documents_encrypted import package
from samples.office_locks import agile, letter, rc4, standard, workbook

MADE: dict[str, Callable[[], bytes]] = {
    "agile": lambda: agile(package(), "word"),
    "standard": lambda: standard(package(), "word"),
    "workbook": lambda: workbook("word"),
    "letter": lambda: letter("word"),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_library_opens_it_with_the_password_only(make: Callable[[], bytes]) -> None:
    document = msoffcrypto.OfficeFile(io.BytesIO(make()))
    assert document.is_encrypted()
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        document.load_key(password="other", **_checked(document))  # noqa: S106
    document.load_key(password="word", **_checked(document))  # noqa: S106
    body = io.BytesIO()
    document.decrypt(body)
    assert body.getvalue() == package() or b"inert text" in body.getvalue()


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_the_bytes_do_not_change(make: Callable[[], bytes]) -> None:
    assert make() == make()


def test_rc4() -> None:
    """Published with the algorithm, and in RFC 6229 under a longer key."""
    assert rc4(b"Key", b"Plaintext").hex() == "bbf316e8d940af0ad3"
    assert rc4(bytes([1, 2, 3, 4, 5]), bytes(16)).hex() == "b2396305f03dc027ccc3524a0a1118a8"


def _checked(document: object) -> dict[str, bool]:
    """Only the newer formats have to be asked to look at the password."""
    return {"verify_password": True} if getattr(document, "format", "") == "ooxml" else {}
