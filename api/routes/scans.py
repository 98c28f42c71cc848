"""Hand in a file: the same inspection as in traffic."""

import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.access import Analyst
from api.bodies import busy, file_body, read_file
from api.models import VerdictModel
from api.problems import RequestFailed
from api.services import Served, Services
from api.uploads import declared_name, declared_type
from verdicts.scan_socket import NoFrontAnswers, ScanRefused, ScanRequest, submit
from verdicts.spool import Spool

router = APIRouter(prefix="/v1/scans", tags=["scans"])
BODY = file_body(
    "The file as it is. Content-Type is taken as its declared type.", "application/octet-stream"
)


class ScanQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(
        None, max_length=1024, description="The file's name; else from Content-Disposition."
    )
    url: str = Field("", max_length=4096, description="Where it comes from.")


@router.post("", summary="Inspect a file", response_model=VerdictModel, openapi_extra=BODY)
async def scan(
    services: Served, key: Analyst, query: Annotated[ScanQuery, Query()], request: Request
) -> Response:
    """Answer with its verdict, which is in the log then as well."""
    if services.uploads.locked():
        raise busy("Too many files are handed in at the same time.")
    asked = ScanRequest(
        file_name=declared_name(request.headers) if query.name is None else query.name,
        declared_type=declared_type(request.headers),
        url=query.url,
        user=key.name,
        client_ip=request.client.host if request.client else "",
    )
    async with services.uploads:
        spool = Spool(services.space)
        try:
            await read_file(
                request,
                spool,
                services.space,
                services.settings.scan_limit_bytes,
                services.settings.upload_seconds,
            )
            row = await run_in_threadpool(_submit, services, spool, asked)
        finally:
            spool.close()
    # Written as it is: names inside archives need not be Unicode, and no model would pass them.
    content = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, media_type="application/json")


def _submit(services: Services, spool: Spool, asked: ScanRequest) -> dict[str, object]:
    try:
        return submit(
            services.run_directory, spool.descriptor(), asked, services.settings.scan_seconds
        )
    except NoFrontAnswers:
        raise busy("No ICAP front takes files now.") from None
    except ScanRefused:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The front refused the file."
        ) from None
