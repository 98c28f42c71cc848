"""Exports over REST: who may, what is in them, what is written down of it."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.key_watch import KeyWatch
from verdicts.ledger.age.pseudonyms import PRIVACY_KEY_FILE, PSEUDONYM
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import FIELDS
from verdicts.ledger.schema import AUDIT
from verdicts.model import VerdictRecord
from verdicts.record import as_row

MakeRecord = Callable[[int], VerdictRecord]
MINE = AUDIT.c.action == "verdicts.export"
pytestmark = pytest.mark.usefixtures("ledger")


async def test_json_lines_are_the_verdicts(
    client: httpx.AsyncClient, make_record: MakeRecord
) -> None:
    answer = await client.get("/v1/verdicts/export?format=jsonl&action=block")
    assert answer.headers["content-type"] == "application/jsonl"
    lines = list(map(json.loads, answer.text.splitlines()))
    assert lines == [as_row(make_record(number)) for number in (9, 7, 5, 3, 1)]


async def test_a_table_reads_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/verdicts/export?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"].startswith('attachment; filename="douane-')
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == 10
    assert tuple(rows[0]) == FIELDS
    assert rows[0]["detections"] == "signature.yara yara Worm_X malicious a"
    assert rows[0]["file_name"] == "\u202egpj.exe\\x1b[2J"


async def test_fields_order_and_limit(client: httpx.AsyncClient) -> None:
    address = "/v1/verdicts/export?format=csv&fields=size,action&sort=size&limit=2"
    lines = (await client.get(address)).text.split("\r\n")
    assert lines[:3] == ["size,action", "1000,allow", "1001,block"]
    mark = lines[3]
    assert mark.startswith("# truncated after 2 verdicts; more: cursor=")
    cursor = mark.rpartition("=")[2].rstrip(",")
    rest = (await client.get(f"{address}&cursor={cursor}")).text.split("\r\n")
    assert rest[1:3] == ["1002,allow", "1003,block"]


async def test_viewers_may_not(site: Any) -> None:
    async with site.client(Role.VIEWER) as viewer:
        assert (await viewer.get("/v1/verdicts/export?format=csv")).status_code == 403
    async with site.client(Role.ANALYST) as analyst:
        assert (await analyst.get("/v1/verdicts/export?format=csv")).status_code == 200


@pytest.mark.parametrize(
    "query, field",
    [
        ("", "format"),
        ("format=xml", "format"),
        ("format=csv&limit=0", "limit"),
        ("format=csv&limit=10000001", "limit"),
        ("format=csv&cursor=AAAA", "cursor"),
        ("format=csv&fields=id,password", "fields"),
        ("format=csv&page=2", "page"),
    ],
)
async def test_what_is_refused(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/v1/verdicts/export?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == f"query.{field}"


async def test_it_is_written_down(client: httpx.AsyncClient, site: Any) -> None:
    await client.get("/v1/verdicts/export?format=csv&user=ann")
    with site.app.state.services.reader.connect() as connection:
        row = connection.execute(select(AUDIT).where(MINE)).mappings().one()
    assert row["action"] == "verdicts.export"
    assert '"format":"csv"' in row["after"]


async def test_the_audit_names_nobody_whose_files_were_looked_for(
    client: httpx.AsyncClient, site: Any
) -> None:
    """Its rows stay, whoever is forgotten; the pseudonym is the one that a forgotten user has."""
    (site.run_directory / PRIVACY_KEY_FILE).write_text("k" * 64)
    query = "user=CORP%5Cann&client_ip=192.0.2.77&url=http://ann.example/*&file_name=cv-of-ann.doc"
    await client.get(f"/v1/verdicts/export?format=csv&action=block&{query}")
    erased = (await client.post("/v1/erasures", json={"user": "CORP\\ann"})).json()
    (row,) = (await client.get("/v1/audit?action=verdicts.export")).json()["data"]
    assert row["after"]["user"] == erased["pseudonym"]
    assert row["after"]["action"] == "block"
    texts = [row["after"][name] for name in ("user", "client_ip", "url", "file_name")]
    assert all(map(PSEUDONYM.fullmatch, texts))
    assert len(set(texts)) == 4
    assert "ann" not in str(row)


async def test_only_so_many_at_once(client: httpx.AsyncClient, site: Any) -> None:
    places, mine = site.app.state.services.exports, site.keys[Role.ADMIN][:11]
    for keys, status in (((mine,), 429), (("a", "b", "c", "d"), 503), ((), 200)):
        with ExitStack() as stack:
            for key in keys:
                stack.enter_context(places.taken(key, "export"))
            answer = await client.get("/v1/verdicts/export?format=csv")
        assert answer.status_code == status
        assert ("retry-after" in answer.headers) == (status != 200)


async def test_a_key_that_is_revoked_meanwhile_reads_no_more(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: object, __: object) -> bool:
        return False

    monkeypatch.setattr(KeyWatch, "holds", never)
    with pytest.raises(AssertionError):  # httpx says so of an answer that does not end
        await client.get("/v1/verdicts/export?format=csv")
