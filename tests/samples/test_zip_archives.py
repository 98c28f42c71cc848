"""Archives by code are what other readers take them for."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from samples.zip_archives import (
    DEFLATE64,
    PPMD,
    PPMD_TEXT,
    TEXT,
    Packed,
    aes_member,
    archive_of,
    crypto_member,
    deflate64_member,
    zip_specimens,
)


@pytest.mark.parametrize(
    "member",
    [
        aes_member("notes.txt", TEXT),
        aes_member("notes.txt", TEXT, strength=1, version=1),
        crypto_member("notes.txt", TEXT),
        deflate64_member("notes.txt", TEXT),
        Packed("notes.txt", TEXT, PPMD_TEXT, PPMD),
    ],
    ids=["AE-2", "AE-1", "ZipCrypto", "Deflate64", "PPMd"],
)
def test_7zip_reads_it(tmp_path: Path, member: Packed) -> None:
    (tmp_path / "a.zip").write_bytes(archive_of(member))
    command = ["7zz", "e", "-so", "-pinfected", "a.zip"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == TEXT


def test_methods_are_labelled() -> None:
    data = archive_of(deflate64_member("a", TEXT), Packed("b", TEXT, PPMD_TEXT, PPMD))
    entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert [entry.compress_type for entry in entries] == [DEFLATE64, PPMD]


def test_specimens_do_not_change() -> None:
    assert [each.data for each in zip_specimens()] == [each.data for each in zip_specimens()]
