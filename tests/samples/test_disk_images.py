"""The builders make what 7-Zip takes for disk images."""

import subprocess
from pathlib import Path

import pytest

from samples.disk_images import disk_image_specimens
from samples.specimen import Specimen


@pytest.mark.parametrize("specimen", disk_image_specimens(), ids=lambda each: each.name)
def test_seven_zip_tests_them(specimen: Specimen, tmp_path: Path) -> None:
    path = tmp_path / specimen.name
    path.write_bytes(specimen.data)
    tested = subprocess.run(["7zz", "t", path], capture_output=True, text=True, check=False)
    assert "Everything is Ok" in tested.stdout
