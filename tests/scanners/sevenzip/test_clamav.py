"""What clamd unpacks of 7z by itself: members of the rest are handed to it."""

import subprocess
from pathlib import Path

import pytest

from scanners.sevenzip.container import CLAMD_KNOWS
from scanners.sevenzip.records import BCJ, BCJ2, COPY, DELTA, LZMA, LZMA2, PPMD

MARKER = b"douane-marker-of-the-clamav-tests"
METHODS = {
    "LZMA": (["-m0=LZMA"], {LZMA}),
    "LZMA2": (["-m0=LZMA2"], {LZMA2}),
    "PPMd": (["-m0=PPMd"], {PPMD}),
    "Copy": (["-m0=Copy"], {COPY}),
    "BCJ": (["-m0=BCJ", "-m1=LZMA"], {BCJ, LZMA}),
    "BCJ2": (
        "-m0=BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0:1 -mb0s1:2 -mb0s2:3".split(),
        {BCJ2, LZMA},
    ),
    "Delta": (["-m0=Delta:4", "-m1=LZMA"], {DELTA, LZMA}),
    "BZip2": (["-m0=BZip2"], {b"\x04\x02\x02"}),
    "Deflate": (["-m0=Deflate"], {b"\x04\x01\x08"}),
}


@pytest.mark.server
@pytest.mark.parametrize("options, methods", METHODS.values(), ids=METHODS)
def test_clamav_unpacks_what_we_say_it_does(
    tmp_path: Path, options: list[str], methods: set[bytes]
) -> None:
    (tmp_path / "a").write_bytes(MARKER * 99)
    (tmp_path / "marker.ndb").write_text(f"Test.Marker:0:*:{MARKER.hex()}\n")
    pack = ["7zz", "a", *options, "a.7z", "a"]
    subprocess.run(pack, cwd=tmp_path, capture_output=True, check=True)
    scan = ["clamscan", "-d", "marker.ndb", "--no-summary", "a.7z"]
    status = subprocess.run(scan, cwd=tmp_path, capture_output=True, check=False).returncode
    assert (status == 1) == (methods <= CLAMD_KNOWS)
