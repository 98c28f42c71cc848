"""The EICAR test file is the right one, and no file of the repository holds it."""

import hashlib
import subprocess
from pathlib import Path

from samples.test_file import eicar, eicar_specimens

ROOT = Path(__file__).parents[2]
# Published by eicar.org beside the download.
SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"


def test_it_is_the_published_file() -> None:
    assert hashlib.sha256(eicar()).hexdigest() == SHA256


def test_all_its_specimens_name_the_rule() -> None:
    assert len(eicar_specimens()) >= 8
    assert {specimen.expected for specimen in eicar_specimens()} == {
        ("signature.yara", "TEST_Eicar_Nov26")
    }


def test_no_file_of_the_repository_holds_it() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    names = listed.stdout.decode().rstrip("\0").split("\0")
    paths = [path for path in (ROOT / name for name in names) if path.is_file()]
    assert len(paths) > 50, "git lists too little for this test to mean anything"
    assert [str(path) for path in paths if eicar() in path.read_bytes()] == []
