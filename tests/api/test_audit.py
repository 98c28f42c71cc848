"""Rows of what the API did: without the ledger, nobody is told that all is well."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import Request

from api.audit import audited, audited_change
from api.problems import RequestFailed
from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.questions import LedgerAway, RevokeKey, Role

KEY = ApiKey("dk_12345678", "ann", Role.ADMIN, 1, None, None, None)
REQUEST = Request({"type": "http", "client": ("192.0.2.7", 1), "request_id": "ab12"})


def rows(site: Any) -> Any:
    with site.app.state.services.reader.connect() as connection:
        return [one.row for one in audit_page(connection, AuditFilters(), 9)]


@pytest.mark.usefixtures("ledger")
async def test_who_where_and_what(site: Any) -> None:
    await audited(site.app.state.services, REQUEST, KEY, "verdicts.export", "all", None, {"n": 1})
    row = rows(site)[0]
    assert (row.actor, row.credential, row.address) == ("ann", "dk_12345678", "192.0.2.7")
    assert (row.action, row.about, row.before, row.after) == (
        "verdicts.export",
        "all",
        "",
        '{"n":1}',
    )
    assert row.request == "ab12"


@pytest.mark.usefixtures("ledger")
async def test_nobody_that_is_known(site: Any) -> None:
    nowhere = Request({"type": "http"})
    await audited(site.app.state.services, nowhere, None, "sign_in.failed", "")
    assert (rows(site)[0].actor, rows(site)[0].credential) == ("", "")


@pytest.mark.usefixtures("ledger")
async def test_no_name_passes_for_the_command_line(site: Any) -> None:
    """Keys are not called so; a token of an issuer may say so."""
    person = replace(KEY, prefix="oidc:42", name="Command Line")
    await audited(site.app.state.services, REQUEST, person, "verdicts.export", "all")
    assert (rows(site)[0].actor, rows(site)[0].credential) == ("oidc:42", "oidc:42")


@pytest.mark.usefixtures("ledger")
async def test_a_change_that_was_none_leaves_no_row(site: Any) -> None:
    services = site.app.state.services
    before = len(rows(site))
    change = RevokeKey("dk_nobody00", 1)
    assert not await audited_change(services, REQUEST, KEY, change, "key.revoked", "dk_nobody00")
    assert len(rows(site)) == before


async def test_without_the_ledger(site: Any) -> None:
    services = site.app.state.services
    with pytest.raises(RequestFailed) as failed:
        await audited(services, REQUEST, KEY, "x", "y")
    assert failed.value.status == 503
    assert "It is done" in failed.value.detail
    with pytest.raises(LedgerAway):
        await audited_change(services, REQUEST, KEY, RevokeKey("dk_x", 1), "x", "y")
