"""Nothing is served but what the routers name; tests/api/test_roles.py has them all."""

from typing import Any

import pytest


@pytest.mark.parametrize("path", ["/v1", "/v1/verdicts/", "/redoc", "/docs/oauth2-redirect"])
async def test_nothing_else_is_served(site: Any, path: str) -> None:
    async with site.client() as client:
        assert (await client.get(path)).status_code == 404
