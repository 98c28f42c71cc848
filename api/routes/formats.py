"""One verdict in the formats of other tools: STIX, MISP, OCSF, ECS, CEF."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, PlainTextResponse

from api.access import Viewer
from api.format_models import EcsEventModel, MispEventModel, OcsfEventModel, StixBundleModel
from api.models import NoQuery
from api.problems import RequestFailed
from api.services import Served
from verdicts.formats.cef import cef
from verdicts.formats.ecs import ecs
from verdicts.formats.misp import misp
from verdicts.formats.ocsf import ocsf
from verdicts.formats.stix import stix

router = APIRouter(prefix="/v1/verdicts/{id}", tags=["verdicts"], dependencies=[Viewer])


class StixResponse(JSONResponse):
    media_type = "application/stix+json;version=2.1"


def get_row(services: Served, id: str, query: Annotated[NoQuery, Query()]) -> dict[str, object]:
    row = services.reader.get(id)
    if row is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "The log has no verdict of this id.")
    return row


Row = Annotated[dict[str, object], Depends(get_row)]


@router.get(
    "/stix",
    summary="Show a verdict as a STIX 2.1 bundle",
    response_model=StixBundleModel,
    response_class=StixResponse,
)
def show_stix(row: Row) -> dict[str, object]:
    """It is marked TLP:AMBER: users and addresses are in it."""
    return stix(row)


@router.get("/misp", summary="Show a verdict as a MISP event", response_model=MispEventModel)
def show_misp(row: Row) -> dict[str, object]:
    """Nothing in it but the hash of a malicious file is marked `to_ids`."""
    return misp(row)


@router.get(
    "/ocsf", summary="Show a verdict as an OCSF Detection Finding", response_model=OcsfEventModel
)
def show_ocsf(row: Row) -> dict[str, object]:
    return ocsf(row)


@router.get(
    "/ecs",
    summary="Show a verdict in the Elastic Common Schema",
    response_model=EcsEventModel,
)
def show_ecs(row: Row) -> dict[str, object]:
    return ecs(row)


@router.get("/cef", summary="Show a verdict as a line of CEF", response_class=PlainTextResponse)
def show_cef(row: Row) -> str:
    """One line, all of it printable: a line end or a mark of direction is written as its name."""
    return cef(row) + "\n"
