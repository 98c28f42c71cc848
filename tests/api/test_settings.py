"""Settings of the API."""

import pytest
from pydantic import ValidationError

from api.settings import ApiSettings


def test_only_this_machine_by_default() -> None:
    assert ApiSettings().listen == "127.0.0.1:8080"


@pytest.mark.parametrize("listen", ["", "8080", "host:", "host:port"])
def test_listen_needs_a_port(listen: str) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(listen=listen)


@pytest.mark.parametrize("proxy", ["", "*", "localhost", "10.1.2.3/8"])
def test_proxies_are_networks(proxy: str) -> None:
    with pytest.raises(ValidationError, match="takes addresses and networks"):
        ApiSettings(trusted_proxies=(proxy,))
