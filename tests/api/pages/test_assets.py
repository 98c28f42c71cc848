"""Styles and scripts: kept by browsers for good, under addresses that change with them."""

import re
from typing import Any

import pytest

from api.pages.assets import ASSETS, VERSION, address


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
        for path in (f"{VERSION}/x.css", "0/tokens.css", f"{VERSION}/..%2fshow.py", VERSION):
            assert (await client.get(f"/static/{path}")).status_code == 404


def test_only_assets_have_addresses() -> None:
    with pytest.raises(AssertionError):
        address("x.css")


def test_nothing_comes_from_elsewhere() -> None:
    for name, content in ASSETS.items():
        text = content.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|[\"'(`]//", text), name
        assert "@import" not in text
        assert "innerHTML" not in text
        assert "eval(" not in text
