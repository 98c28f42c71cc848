"""Metrics over REST, as the ledger counts them."""

import httpx
import pytest


@pytest.mark.usefixtures("ledger")
async def test_text_for_prometheus(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "douane_ledger_database_up 1.0\n" in answer.text
