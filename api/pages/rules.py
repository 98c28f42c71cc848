"""What the rules cover and what they found; the rule sets, and who changed what."""

from fastapi import APIRouter, Request, Response

from api.models import NoQuery
from api.pages.show import AsPages, Row, page
from api.pages.signed_in import AnyVisitor
from api.routes import rules
from api.routes.rules import RulesQuery
from api.services import Served

router = APIRouter(dependencies=[AsPages], include_in_schema=False)
HISTORY = 100


@router.get("/rules")
def show_rules(request: Request, services: Served, visitor: AnyVisitor) -> Response:
    listed: Row = rules.list_rules(services, RulesQuery())
    named = {rule["name"]: rule for entry in listed["data"] for rule in entry["rules"]}
    hits = sorted(named.values(), key=lambda rule: (-rule["hits"], rule["name"]))
    return page(request, "rules.html", listed=listed, hits=[one for one in hits if one["hits"]])


@router.get("/rules/{name}")
def show_rule(request: Request, services: Served, visitor: AnyVisitor, name: str) -> Response:
    rule: Row = rules.show_rule(services, name, NoQuery())
    return page(request, "rule.html", rule=rule)


@router.get("/rulesets")
def show_rulesets(request: Request, services: Served, visitor: AnyVisitor) -> Response:
    sets = sorted(services.store.all(), key=lambda one: one.made, reverse=True)
    return page(request, "rulesets.html", sets=sets, history=services.store.history()[:HISTORY])
