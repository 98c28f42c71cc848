"""What the routes get is what the application was made with."""

from typing import Any

from fastapi import Request

from api.services import get_services


async def test_services_of_the_application(site: Any) -> None:
    services = get_services(Request({"type": "http", "app": site.app}))
    assert services.ledger == site.place.socket
    assert services.fronts == 1
    assert services.space.folder == site.run_directory
