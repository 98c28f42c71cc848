"""The API's own description for programs; people read it at /docs, a page of the dashboard."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.access import Viewer

router = APIRouter(dependencies=[Viewer], include_in_schema=False)


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())
