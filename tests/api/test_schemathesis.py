"""The OpenAPI document played against the API: whatever it allows and forbids, over real HTTP.

No supervisor and no front runs here, so 503 is an answer; nothing else above 499 is.
"""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from api.description import describe
from api.serving import configuration
from api.settings import ApiSettings
from verdicts.ledger.client import LedgerClient
from verdicts.ledger.questions import Role
from verdicts.status import FrontStatus

LEFT_OUT = (
    # /v1/rulesets/unstage is /v1/rulesets/{id}, too: Allow names what both take
    "allow_header_conformance",
    # schemas cannot say all, such as which of two times is the later one
    "positive_data_acceptance",
    # every route is tried with every role in test_roles.py, without the delay of wrong keys
    "ignored_auth",
)
ELSEWHERE = {"Idempotency-Key"}
"""Its example comes with every request; test_idempotency.py does better."""


@pytest.fixture
def settings() -> ApiSettings:
    return ApiSettings(scan_limit_bytes=100_000, uploads=2, requests_a_minute=0)


@pytest.fixture
async def address(site: Any, ledger: None, active: str, status: FrontStatus) -> AsyncIterator[str]:
    """The API as it is served, with a ledger, ten verdicts, a rule set and a front's status."""
    site.closing.set()  # streams end at once
    front = LedgerClient(site.place.socket, "n0")
    front.start()
    front.send_status(status)
    server = uvicorn.Server(configuration(site.app))
    # Of IPPROTO_TCP by name: asyncio then sends without Nagle's 40 ms between head and body
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
    await front.stop()


def document(site: Any) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(describe(site.app)))
    for methods in copied["paths"].values():
        for operation in methods.values():
            operation["parameters"] = [
                one for one in operation.get("parameters", []) if one["name"] not in ELSEWHERE
            ]
    return copied


def play(site: Any, address: str, examples: int) -> tuple[Counter[str], list[str]]:
    """Return how often each operation was called, and all that went wrong."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import events, from_schema

    @schemathesis.serializer("application/toml")
    def as_it_is(_: Any, value: Any) -> Any:
        return json.dumps(value).encode() if not isinstance(value, bytes) else value

    config = SchemathesisConfig.from_dict(
        {
            "base-url": address,
            "headers": {"Authorization": f"Bearer {site.keys[Role.ADMIN]}"},
            "seed": 7,
            "request-timeout": 30,
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "with-security-parameters": False,
            },
            "checks": {
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", 503]},
                "negative_data_rejection": {"expected-statuses": ["4xx", 503]},
                **{name: {"enabled": False} for name in LEFT_OUT},
            },
            "phases": {"stateful": {"enabled": False}},
        }
    )
    schema = schemathesis.openapi.from_dict(document(site), config=config)
    called: Counter[str] = Counter()
    wrong: dict[tuple[str, ...], str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong[repr(event),] = repr(event)
        if not isinstance(event, events.ScenarioFinished):
            continue
        called[event.recorder.label] += len(event.recorder.interactions)
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info:
                    failure = check.failure_info.failure
                    key = (check.name, event.recorder.label, failure.title)
                    text = f"{failure.message}\n{check.failure_info.code_sample}"
                    wrong.setdefault(key, "\n".join((*key, text))[:2000])
    return called, list(wrong.values())


async def test_document_is_true(site: Any, address: str) -> None:
    called, wrong = await asyncio.to_thread(play, site, address, 3)
    assert not wrong, "\n\n".join(wrong)
    assert sum(called.values()) > 100


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_document_is_true_in_every_corner(site: Any, address: str) -> None:
    called, wrong = await asyncio.to_thread(play, site, address, 100)
    assert not wrong, "\n\n".join(wrong)
    operations = {
        f"{method.upper()} {path}"
        for path, methods in document(site)["paths"].items()
        for method in methods
    }
    assert set(called) == operations
