"""The page of a verdict: why, what else, and what analysts say; hostile names stay names."""

import html
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from markupsafe import Markup

from api.pages import texts
from api.pages.verdict import LISTED, RAW_SHOWN
from tests.api.pages import scenes
from tests.api.pages.conftest import OURS, SignedIn, Visit
from verdicts.ledger.entry import decode, encode
from verdicts.ledger.questions import Role
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes

WORM = "/verdicts/0192f3a4-0000-7000-8000-000000000001"


async def test_why_in_words(visitor: Visit) -> None:
    page = await visitor.get(WORM)
    assert "The download was blocked." in page
    assert "A YARA rule recognised it: Worm_X in a." in page
    assert "a scanner was not there" in page
    assert "U+202E" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="https://im.example' not in page, "URLs of strangers are no links"
    assert "This content was seen once." in page
    assert "&#34;scan_ms&#34;: 1.5" in page, "the raw verdict"


async def test_analysts_may_object(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    answer = await analyst.send_form(
        WORM, f"{WORM}/feedback", kind="false_positive", reason="<b>ours</b>"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{WORM}#feedback")
    page = await analyst.get(WORM)
    assert "&lt;b&gt;ours&lt;/b&gt;" in page
    assert "false positive" in page


async def test_objections_that_are_none(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    for kind, reason in (("", "x"), ("missed", ""), ("missed", " "), ("no", "x")):
        answer = await analyst.send_form(WORM, f"{WORM}/feedback", kind=kind, reason=reason)
        assert answer.status_code == 422
        assert "Say in up to 2000 characters" in answer.text


async def test_objection_to_nothing(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    answer = await analyst.send_form(WORM, "/verdicts/x/feedback", kind="missed", reason="x")
    assert answer.status_code == 404


async def test_viewers_may_not(visitor: Visit) -> None:
    assert "A key with the role analyst may." in await visitor.get(WORM)
    answer = await visitor.send_form(WORM, f"{WORM}/feedback", kind="missed", reason="x")
    assert answer.status_code == 403


async def test_no_form_from_elsewhere(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    form = {"kind": "missed", "reason": "x"}
    for headers in ({}, OURS, {"Sec-Fetch-Site": "cross-site"}):
        answer = await analyst.client.post(f"{WORM}/feedback", data=form, headers=headers)
        assert answer.status_code == 403


async def test_the_clause_is_shown_as_it_is_written(
    site: Any, visitor: Visit, active: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = site.store.folder(active) / "policy.toml"
    policy.chmod(0o644)
    policy.write_text('[[clause]]\nname = "clause"\naction = "block"\nlevel = "malicious"\n')
    monkeypatch.setattr(site.app.state.services.store, "find", lambda _: site.store.find(active))
    page = await visitor.get(WORM)
    assert "level = &#34;malicious&#34;" in page
    assert "acted on by clause" in page


LONGEST_PAGE = 500_000


@pytest.mark.parametrize("char", ["\u202e", "\U0001bca0", "'", "\U0001f4a9"])
async def test_a_strange_file_makes_no_endless_page(
    site: Any, visitor: Visit, monkeypatch: pytest.MonkeyPatch, char: str
) -> None:
    marks: list[str] = []
    mark = texts._mark

    def counted(one: str) -> Markup:
        marks.append(one)
        return mark(one)

    monkeypatch.setattr(texts, "_mark", counted)
    place = write(site, char)
    page = await visitor.get(place)
    assert len(page.encode()) < LONGEST_PAGE
    assert len(marks) < 5000, "the work is counted, not timed"
    assert "\u202e" not in page
    assert f"and {100 - LISTED} more findings; the" in page
    assert f"and {100 - LISTED} more gaps; the" in page
    assert "more in it; the" in page
    assert "only the beginning" in page


async def test_all_of_it_can_be_downloaded(site: Any, visitor: Visit) -> None:
    place = write(site, "\u202e")
    answer = await visitor.client.get(f"{place}/raw")
    row = answer.json()
    assert [len(row[part]) for part in ("detections", "unscanned")] == [100, 100]
    assert row["detections"][99]["detail"] == "\u202e" * 512
    name = place.rpartition("/")[2]
    assert answer.headers["content-disposition"] == f'attachment; filename="verdict-{name}.json"'
    assert answer.headers["cache-control"] == "no-store"
    await visitor.get("/verdicts/x/raw", 404)


async def test_the_raw_verdict_is_json_in_which_all_is_seen(visitor: Visit) -> None:
    page = await visitor.get(WORM)
    raw = html.unescape(page.partition('dir="ltr">')[2].partition("</pre>")[0])
    assert "\\u202egpj.exe\\u001b[2J" in raw
    assert json.loads(raw) == (await visitor.client.get(f"{WORM}/raw")).json()
    assert len(raw) < RAW_SHOWN
    assert "only the beginning" not in page


async def test_the_worst_findings_are_listed_first(site: Any, visitor: Visit) -> None:
    record = scenes.overlong(9999, datetime.now(UTC), "x")
    verdict = record.ruling.verdict
    several = (*(scenes.INFO,) * 99, scenes.CHOKE)
    changed = replace(record.ruling, verdict=replace(verdict, detections=several))
    page = await visitor.get(keep(site, replace(record, ruling=changed)))
    listed = page.partition('id="found"')[2]
    assert scenes.CHOKE.name in listed.partition("and 80 more findings")[0]


def write(site: Any, char: str) -> str:
    return keep(site, scenes.overlong(9999, datetime.now(UTC), char))


def keep(site: Any, record: VerdictRecord) -> str:
    """Write a record; return where its page is."""
    writer = Writer(site.place.url)
    writer.write([decode(id_bytes(record.transfer.id), encode(record))])
    writer.close()
    return f"/verdicts/{record.transfer.id}"
