"""The encrypted PDFs are what qpdf opens, with either password, and always the same bytes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples.pdf_locks import locked_pdf, locked_pdf_aes

Make = Callable[[bytes], bytes]


@pytest.mark.parametrize("make", [locked_pdf, locked_pdf_aes])
@pytest.mark.parametrize("password, opens", [("word", True), ("owner", True), ("other", False)])
def test_qpdf_opens_it(tmp_path: Path, make: Make, password: str, opens: bool) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make(b"word"))
    done = subprocess.run(
        ["qpdf", f"--password={password}", "--check", path], capture_output=True, check=False
    )
    assert (done.returncode == 0) is opens, done.stderr


@pytest.mark.parametrize("make", [locked_pdf, locked_pdf_aes])
def test_an_empty_password_opens_for_everybody(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make(b""))
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)


@pytest.mark.parametrize("make", [locked_pdf, locked_pdf_aes])
def test_the_bytes_do_not_change(make: Make) -> None:
    assert make(b"word") == make(b"word")
