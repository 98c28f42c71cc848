"""Every kind of answer, by the request that calls it forth."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conformance.client import Answer, Ended
from tests.conformance.targets import Target

CLEAN: dict[str, Callable[[Target], bytes]] = {
    "options": lambda target: target.options().wire,
    "204": lambda target: target.download().allowing(204).wire,
    "echo": lambda target: target.download().wire,
    "echo of an upload": lambda target: target.upload().wire,
    "echo of nothing": lambda target: target.download(b"").wire,
    "null-body": lambda target: target.download(None).wire,
    "whole preview": lambda target: target.download().preview(1024)[0],
}
BLOCKED: dict[str, Callable[[Target], bytes]] = {
    "block": lambda target: target.virus().wire,
    "block, 204 allowed": lambda target: target.virus().allowing(204).wire,
    "block in the preview": lambda target: target.virus().preview(1024)[0],
}
ERRORS: dict[str, Callable[[Target], bytes]] = {
    "400": lambda target: b"\r\n".join((b"OPTIONS nonsense", b"", b"")),
    "400 in a body": lambda target: target.download().head + b"zz\r\n",
    "404": lambda target: target.options("no-such-service").wire,
    "404 with a body": lambda target: replace(target, respmod="no-such-service").download().wire,
    "501": lambda target: target.options().wire.replace(b"OPTIONS", b"FILEMOD", 1),
    "505": lambda target: target.options().wire.replace(b"ICAP/1.0", b"ICAP/3.0", 1),
}
EVERY = {**CLEAN, **BLOCKED, **ERRORS}


def call(target: Target, name: str) -> Answer:
    """Return the answer of that kind; behind it nothing may follow.

    A foreign server that closes without a word has no answer whose form could be judged.
    """
    try:
        return target.ask(EVERY[name](target))
    except Ended:
        if not target.foreign:
            raise
        pytest.skip("not shown: closed without an answer")
