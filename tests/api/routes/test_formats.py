"""Verdicts in other formats over REST."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from verdicts.formats.cef import cef
from verdicts.formats.ecs import ecs
from verdicts.formats.misp import misp
from verdicts.formats.ocsf import ocsf
from verdicts.formats.stix import stix
from verdicts.ledger.questions import Role
from verdicts.model import VerdictRecord
from verdicts.record import as_row

MakeRecord = Callable[[int], VerdictRecord]
FORMATS: dict[str, Callable[..., Any]] = {"stix": stix, "misp": misp, "ocsf": ocsf, "ecs": ecs}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("number", [2, 3])
async def test_whole(
    client: httpx.AsyncClient, make_record: MakeRecord, name: str, number: int
) -> None:
    record = make_record(number)
    answer = await client.get(f"/v1/verdicts/{record.transfer.id}/{name}")
    assert answer.status_code == 200
    assert answer.json() == FORMATS[name](as_row(record))
    wanted = "application/stix+json;version=2.1" if name == "stix" else "application/json"
    assert answer.headers["content-type"] == wanted


async def test_cef(client: httpx.AsyncClient, make_record: MakeRecord) -> None:
    record = make_record(3)
    answer = await client.get(f"/v1/verdicts/{record.transfer.id}/cef")
    assert answer.text == cef(as_row(record)) + "\n"
    assert answer.text.count("\n") == 1
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("name", [*FORMATS, "cef"])
async def test_problems(site: Any, make_record: MakeRecord, name: str) -> None:
    known = f"/v1/verdicts/{make_record(3).transfer.id}/{name}"
    async with site.client(Role.VIEWER) as viewer, site.client(None) as nobody:
        assert (await viewer.get(known)).status_code == 200
        assert (await viewer.get(f"{known}?x=1")).status_code == 422
        assert (await viewer.get(f"/v1/verdicts/x/{name}")).status_code == 404
        assert (await nobody.get(known)).status_code == 401
