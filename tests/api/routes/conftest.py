"""Somebody who carries out orders on rule sets."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.routes.orders import Supervisor
from verdicts.rulesets.order_socket import OrderSocket
from verdicts.rulesets.orders import SOCKET


@pytest.fixture
async def supervisor(site: Any, ledger: None) -> AsyncIterator[Supervisor]:
    made = Supervisor(site)
    listening = OrderSocket(site.run_directory / SOCKET, made.carry_out)
    await listening.start()
    yield made
    await listening.stop()
