"""Ordinary files in great number: those that installed Debian packages bring."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LARGEST = 2 * 1024 * 1024
MOST_OF_A_KIND = 150
"""Files of one extension, of one package: icons are many and much alike."""


def package_files(package: str) -> Iterator[Path]:
    """Yield the files of a package, none if it is not installed; no links, nothing empty."""
    listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=False)
    kinds: Counter[str] = Counter()
    for path in map(Path, sorted(listed.stdout.splitlines())):
        kinds[path.suffix] += 1
        if kinds[path.suffix] > MOST_OF_A_KIND or path.is_symlink() or not path.is_file():
            continue
        if 0 < path.stat().st_size <= LARGEST:
            yield path
