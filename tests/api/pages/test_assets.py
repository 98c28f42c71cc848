"""Styles and scripts: kept by browsers for good, under addresses that change with them."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from api.pages.assets import ASSETS, FOLDER, VERSION, address

UPLOT = FOLDER / "vendor" / "uplot"
ROOT = Path(__file__).parents[3]


async def test_each_is_served(site: Any) -> None:
    async with site.client(None) as client:
        for name, content in ASSETS.items():
            answer = await client.get(address(name))
            assert answer.content == content
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["x-content-type-options"] == "nosniff"
            kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
            assert answer.headers["content-type"].startswith(kind[name.rpartition(".")[2]])


async def test_nothing_else_is(site: Any) -> None:
    async with site.client(None) as client:
        for path in (
            f"{VERSION}/x.css", "0/tokens.css", f"{VERSION}/..%2fshow.py", f"{VERSION}/../show.py",
            f"{VERSION}/vendor/uplot/VERSION", f"{VERSION}//etc/hostname", VERSION,
        ):  # fmt: skip
            assert (await client.get(f"/static/{path}")).status_code == 404


def test_only_assets_have_addresses() -> None:
    with pytest.raises(AssertionError):
        address("x.css")


def test_nothing_comes_from_elsewhere() -> None:
    for name, content in ASSETS.items():
        text = re.sub(r"/\*.*?\*/", "", content.decode(), flags=re.S)
        text = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?://|[\"'(`]//", text), name
        assert "@import" not in text
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "cssText",
            "eval(",
        ):
            assert way not in text, name
        assert not re.search(r"setAttribute\([\"']style|new Function", text), name


def test_the_library_is_the_one_that_was_looked_at() -> None:
    noted = [line.split() for line in (UPLOT / "VERSION").read_text().splitlines()[1:]]
    assert {path.name for path in UPLOT.iterdir()} == {"VERSION", *(name for _, name in noted)}
    for digest, name in noted:
        assert hashlib.sha256((UPLOT / name).read_bytes()).hexdigest() == digest, name


def test_the_package_ships_it_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "static/vendor/*/*" in project["tool"]["setuptools"]["package-data"]["api.pages"]
    licence = (UPLOT / "LICENSE").relative_to(ROOT)
    assert licence.as_posix() in project["project"]["license-files"]


@pytest.mark.parametrize("theme", [0, 1])
def test_bars_stand_out_from_the_page(theme: int) -> None:
    """WCAG 1.4.11 wants 3 to 1 of what has to be seen."""
    colors = dict(re.findall(r"--([\w-]+): light-dark\((.*?)\);", ASSETS["tokens.css"].decode()))
    shades = {name: pair.split(", ")[theme] for name, pair in colors.items() if "#" in pair}
    low = {
        name: ratio
        for name, shade in shades.items()
        if name.startswith("chart-") and (ratio := _contrast(shade, shades["card"])) < 3
    }
    assert low == {}


def _contrast(one: str, other: str) -> float:
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear))
