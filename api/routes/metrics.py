"""Prometheus metrics, as the ledger counts them."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import Viewer
from api.services import Served
from verdicts.ledger.questions import ask_metrics

router = APIRouter(tags=["health"], dependencies=[Viewer])


@router.get("/metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
def metrics(services: Served) -> PlainTextResponse:
    return PlainTextResponse(ask_metrics(services.ledger), media_type=CONTENT_TYPE_LATEST)
