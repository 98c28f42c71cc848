"""The description, served without any request to another host."""

import re
from typing import Any

import httpx
import pytest

from api.routes.documentation import PAGE


async def test_openapi(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "/docs" not in document["paths"]


async def test_docs_name_every_route_and_parameter(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in page
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in page


async def test_docs_need_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert re.findall(r"https?://|<script|<style|src=", page) == []


@pytest.mark.parametrize("text", ["<script>", "'\"&"])
def test_docs_escape(text: str) -> None:
    page = PAGE.render(paths={text: {text: {"summary": text, "parameters": [{"name": text}]}}})
    assert text not in page
