"""The installer of packages replaces nothing: one of Debian's two Squids stays where it is."""

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "deploy" / "install-packages"


def install(
    tmp_path: Path, *, installed: str, wanted: list[str]
) -> subprocess.CompletedProcess[str]:
    """Run it on a machine that has one package and no apt-get."""
    program = f'[ "$4" = {installed} ] && echo "install ok installed"\n'
    query = tmp_path / "dpkg-query"
    query.write_text(f"#!/bin/sh\n{program}")
    query.chmod(0o755)
    for tool in ("bash", "grep"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    return subprocess.run(
        ["/bin/bash", SCRIPT, *wanted],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_there_is_not_installed(tmp_path: Path) -> None:
    done = install(tmp_path, installed="curl", wanted=["curl"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_other_squid_stays(tmp_path: Path) -> None:
    done = install(tmp_path, installed="squid", wanted=["squid-openssl"])
    assert done.returncode == 0
    assert "squid is installed and stays" in done.stderr


def test_without_any_squid_the_one_with_openssl_is_wanted(tmp_path: Path) -> None:
    done = install(tmp_path, installed="curl", wanted=["curl", "squid-openssl"])
    assert done.returncode == 1
    assert done.stderr == "Install these packages first: squid-openssl\n"
