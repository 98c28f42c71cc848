"""Secrets in files: read afresh, checked, and never shown."""

from pathlib import Path

import pytest

from verdicts.delivery.secret_files import read_secret, webhook_key
from verdicts.delivery.sender import ReceiverAway


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret"


def test_one_line_read_afresh(path: Path) -> None:
    for text in ("abc", "def"):
        path.write_text(f" {text}\r\n")
        assert read_secret(str(path)) == text


@pytest.mark.parametrize("data", [b"", b"\n", b"two words", b"a\nb", b"\xff", b"a\0b", b"x" * 9999])
def test_no_secret(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(ReceiverAway) as refused:
        read_secret(str(path))
    shown = str(refused.value)
    assert str(path) in shown
    assert "two" not in shown.replace(str(path), "")


def test_no_file(path: Path) -> None:
    with pytest.raises(ReceiverAway, match="FileNotFoundError"):
        read_secret(str(path))


@pytest.mark.parametrize("text", ["whsec_QUJD", "whsec_" + "QUFB" * 30, "whsec_!!!!", "QUFB" * 10])
def test_no_key(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(ReceiverAway, match="write whsec_") as refused:
        webhook_key(str(path))
    assert text not in str(refused.value).replace(str(path), "")


def test_key(path: Path) -> None:
    path.write_text("whsec_" + "QUFB" * 10)
    assert webhook_key(str(path)) == b"A" * 10 * 3
