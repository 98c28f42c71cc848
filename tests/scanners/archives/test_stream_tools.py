"""What real tools pack is unpacked as they would."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import builders
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()
NOISE = hashlib.shake_256(b"noise").digest(100_000)


@pytest.mark.parametrize(
    "tool, ending",
    [
        (("gzip", "-c"), "gz"),
        (("bzip2", "-c"), "bz2"),
        (("xz", "-c"), "xz"),
        (("xz", "-c", "--format=lzma"), "lzma"),
        (("zstd", "-cq"), "zst"),
        (("zstd", "-cq", "-19", "--long=27"), "zst"),
        (("lz4", "-cq"), "lz4"),
        (("lz4", "-cq", "-B4", "-BX", "--content-size"), "lz4"),
        (("lz4", "-cq", "-l"), "lz4"),
        (("bsdtar", "--format=raw", "-Z"), "Z"),
        (("bsdtar", "--format=raw", "--lzip"), "lz"),
    ],
)
@pytest.mark.parametrize("data", [PE, PE + NOISE * 20], ids=len)
def test_what_real_tools_make(
    *,
    tmp_path: Path,
    run: Examine,
    findings: Findings,
    tool: tuple[str, ...],
    ending: str,
    data: bytes,
) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    source, packed = tmp_path / "tool.exe", tmp_path / f"tool.exe.{ending}"
    source.write_bytes(data)
    if tool[0] == "bsdtar":
        subprocess.run([*tool, "-cf", packed.name, source.name], cwd=tmp_path, check=True)
    else:
        with packed.open("wb") as output:
            subprocess.run([*tool, source.name], cwd=tmp_path, stdout=output, check=True)
    found = run(packed.read_bytes(), name=packed.name)
    assert findings(found) == {"archive.executable?"}
    assert found.types is not None
    assert [child.name for child in found.types.children] == ["tool.exe"]
