"""Rules of the active set: what they cover, on what basis, and what they found."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.access import Viewer
from api.active_rules import RuleBook
from api.models import NoQuery
from api.problems import RequestFailed
from api.routes.feedback import feedback_row
from api.routes.verdicts import Moment
from api.rule_models import RuleDetailModel, RulesModel
from api.services import Served, Services
from scanners.rules.catalogue import Entry
from scanners.rules.index import RuleFacts, entry_row, rule_source
from verdicts.ledger.feedback import feedback_on_rule
from verdicts.ledger.stats.rule_stats import (
    RuleCount,
    logged_names,
    recent_hits,
    rule_counts,
    rule_days,
)
from verdicts.model import utc_now
from verdicts.record import EPOCH, microseconds, rfc3339

router = APIRouter(prefix="/v1/rules", tags=["rules"], dependencies=[Viewer])
DAYS = 30
RECENT = 20


class RulesQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="RFC 3339; 30 days before `until` if absent.")
    until: Moment | None = Field(None, description="RFC 3339; now if absent.")


@router.get("", summary="List what the rules cover", response_model=RulesModel)
def list_rules(services: Served, query: Annotated[RulesQuery, Query()]) -> dict[str, object]:
    """Show the catalogue of the active rule set, with its rules and what they found."""
    until = query.until or utc_now()
    since = query.since or until - timedelta(days=DAYS)
    book = services.active_rules.read()
    with services.reader.connect() as connection:
        counts = rule_counts(connection, book.rules, microseconds(since), microseconds(until))
    data = [_entry_row(services, book, entry, counts) for entry in book.entries]
    return {"ruleset": book.ruleset, "since": since, "until": until, "data": data}


@router.get("/{name}", summary="Show one rule", response_model=RuleDetailModel)
def show_rule(services: Served, name: str, query: Annotated[NoQuery, Query()]) -> dict[str, object]:
    """Show a YARA rule or a ClamAV signature of the active set, and what it found."""
    book = services.active_rules.read()
    facts = book.rules.get(name)
    if facts is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "The active rule set has no rule of this name.")
    now = microseconds(utc_now())
    with services.reader.connect() as connection:
        since = now - microseconds(EPOCH + timedelta(days=DAYS))
        count = rule_counts(connection, (name,), since, now)[name]
        days = rule_days(connection, name, now, DAYS)
        hits = recent_hits(connection, name, RECENT)
        said = feedback_on_rule(connection, logged_names(name), RECENT)
    covers = [
        {"name": entry.name, "kind": entry.kind, "basis": _basis(entry, name)}
        for entry in book.entries
        if name in entry.rules
    ]
    basis = covers[0]["basis"] if covers else None
    return {
        **_rule_row(services, facts, basis, count),
        "ruleset": book.ruleset,
        "file": facts.file,
        "line": facts.line,
        "papers": facts.papers,
        "source": rule_source(book.folder, facts),
        "covers": covers,
        "days": [{"day": _day(start), "hits": found} for start, found in days],
        "recent": [{"verdict": hit.verdict, "time": rfc3339(hit.time)} for hit in hits],
        "feedback": list(map(feedback_row, said)),
    }


def _entry_row(
    services: Services, book: RuleBook, entry: Entry, counts: dict[str, RuleCount]
) -> dict[str, object]:
    rules = [
        _rule_row(services, book.rules[one.rule], one.basis, counts[one.rule])
        for one in entry.cover
        if one.rule in book.rules
    ]
    return entry_row(entry, rules)


def _rule_row(
    services: Services, facts: RuleFacts, basis: str | None, count: RuleCount
) -> dict[str, object]:
    return {**facts.row(), "basis": basis, **count.row(services.false_positive_rate)}


def _basis(entry: Entry, rule: str) -> str:
    return next(one.basis for one in entry.cover if one.rule == rule)


def _day(start: int) -> str:
    return rfc3339(start)[: len("2026-11-23")]
