"""The description, for whoever has a key."""

import httpx


async def test_openapi(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "/docs" not in document["paths"]
