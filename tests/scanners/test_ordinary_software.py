"""No false alarm: thousands of ordinary files under their true names give nothing above info."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.ordinary import package_files
from scanners.model import DetectionLevel, Examination
from tests.scanners.made_files import made_files

Run = Callable[..., Examination]

PACKAGES = [  # all are in the Makefile's TESTING, or come with every Debian
    *("adwaita-icon-theme", "debian-faq", "debian-policy", "desktop-base", "doc-debian"),
    *("docbook-xsl", "fonts-dejavu-core", "libjs-bootstrap5", "libjs-jquery"),
    *("shared-mime-info", "sound-theme-freedesktop", "libc6-dev", "base-files", "perl-base"),
    *("coreutils", "util-linux", "bash", "systemd", "tzdata", "xorriso", "7zip", "git"),
]
EXCEPTIONS: dict[str, str] = {}  # path -> what is found there, and why that is right


def _alarms(found: Examination) -> list[object]:
    loud = [one for one in found.detections if one.level is not DetectionLevel.INFO]
    return [*loud, *found.unscanned]


@pytest.mark.parametrize("package", PACKAGES)
def test_files_of_a_package(package: str, run: Run, new_budget: Callable[..., object]) -> None:
    alarms = {}
    for path in package_files(package):
        budget = new_budget(members=5000)
        if loud := _alarms(run(path.read_bytes(), budget, name=path.name)):
            alarms[str(path)] = loud
    assert {path: loud for path, loud in alarms.items() if path not in EXCEPTIONS} == {}


def test_the_packages_bring_some_thousand_files() -> None:
    assert sum(1 for package in PACKAGES for _ in package_files(package)) > 2500


def test_files_made_by_everyday_programs(
    run: Run, new_budget: Callable[..., object], tmp_path: Path
) -> None:
    alarms = {
        name: loud
        for name, data in made_files(tmp_path)
        if (loud := _alarms(run(data, new_budget(members=5000), name=name)))
    }
    assert alarms == {}
