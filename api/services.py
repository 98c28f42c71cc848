"""What the routes work with; made once by `create_app`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from api.settings import ApiSettings
from verdicts.ledger.queries import Reader
from verdicts.spool import SpoolSpace


@dataclass(frozen=True, slots=True)
class Selftest:
    """Plays ICAP clients against the service; given by whoever starts the API."""

    play: Callable[[tuple[str, ...]], list[dict[str, object]]]
    """Takes profiles, () for all; blocks; raises OSError if the service cannot be reached."""
    profiles: tuple[str, ...]
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


@dataclass(frozen=True, slots=True)
class Services:
    settings: ApiSettings
    reader: Reader
    ledger: Path
    """The ledger's socket."""
    run_directory: Path
    """Where the fronts listen for files."""
    fronts: int
    """How many fronts there ought to be."""
    space: SpoolSpace
    uploads: asyncio.Semaphore
    selftest: Selftest
    key_uses: dict[str, float] = field(default_factory=dict)
    """When the use of a key was last noted, by prefix; monotonic seconds."""


def get_services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


Served = Annotated[Services, Depends(get_services)]
