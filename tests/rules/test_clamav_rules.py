"""The shipped ClamAV signatures, loaded by ClamAV itself and held against specimens."""

import subprocess
from pathlib import Path

import pytest

from samples.builders import pe
from samples.catalogue import find, specimens
from samples.test_file import eicar

CLAMAV = Path(__file__).parents[2] / "rules" / "clamav"
SCRIPT = b'REGWRITE("HKCU\\Software\\Run", "Yahoo Messengger", "REG_SZ", "%s")\r\n'

pytestmark = pytest.mark.server


def scan(folder: Path) -> dict[str, str]:
    """Return file name -> signature for what clamscan finds in the folder."""
    done = subprocess.run(
        ["clamscan", f"--database={CLAMAV}", "--no-summary", "--infected", str(folder)],
        capture_output=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr.decode(errors="replace")
    lines = done.stdout.decode().splitlines()
    pairs = [line.removesuffix(" FOUND").rsplit(": ", 1) for line in lines]
    return {Path(path).name: name.removesuffix(".UNOFFICIAL") for path, name in pairs}


def test_specimens_are_found_and_others_are_not(tmp_path: Path) -> None:
    for specimen in specimens():
        (tmp_path / specimen.name).write_bytes(specimen.data)
    found = scan(tmp_path)
    assert found["gone.scr"] == "Douane.Worm.Goner"
    assert found["formatsys.exe"] == "Douane.Worm.Sumom"
    assert found["sscvihost.exe"] == "Douane.Worm.Sohanad"
    assert {found[name] for name in ("eicar.com", "nested.zip", "form-eicar")} == {
        "Douane.Test.Eicar"
    }
    innocent = {specimen.name for specimen in specimens() if not specimen.expected}
    assert innocent.isdisjoint(found)


NEAR_MISSES = {
    "goner-one.exe": pe([b"Error While Analyze DirectX!"] * 3),
    "goner-page.txt": find("gone.scr").data[512:],
    "sumom-files.exe": pe(
        [b"formatsys.exe", b"serbw.exe", b"Crazy frog gets killed by train!.pif"]
    ),
    "sohanad-page.txt": b"It sets the value Yahoo Messengger to SSCVIHOST.exe or blastclnnn.exe.",
    "messenger.txt": SCRIPT.replace(b"Messengger", b"Messenger") % b"SSCVIHOST.exe",
    "sohanad-other.txt": SCRIPT % b"svchost.exe",
    "eicar-half.txt": eicar()[:40],
}


def test_near_misses_are_spared(tmp_path: Path) -> None:
    for name, data in NEAR_MISSES.items():
        (tmp_path / name).write_bytes(data)
    assert scan(tmp_path) == {}


def test_a_decompiled_script_is_found(tmp_path: Path) -> None:
    (tmp_path / "script.txt").write_bytes(SCRIPT % b"SSCVIHOST.exe")
    assert scan(tmp_path) == {"script.txt": "Douane.Worm.Sohanad"}
