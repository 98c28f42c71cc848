"""Play every kind of ICAP client against this service."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.access import Analyst
from api.problems import RequestFailed
from api.services import Served

router = APIRouter(prefix="/v1/selftest", tags=["health"])


class SelftestQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profile: list[str] = Field(
        [], max_length=32, description="Only these client profiles; may be repeated."
    )


class SelftestRow(BaseModel):
    profile: str
    sample: str = Field(description="eicar, clean, encrypted or empty.")
    icap_status: int = Field(description="0: there was no answer.")
    outcome: str = Field(description="passed, stopped, unscannable or error.")
    wanted: list[str] = Field(description="Outcomes that are no fault of the service.")
    ok: bool
    why: str = Field(description="By which of its rules the client came to that.")
    milliseconds: float


class SelftestModel(BaseModel):
    ok: bool = Field(description="Every client does what it should.")
    data: list[SelftestRow]


@router.post("", summary="Self-test")
async def selftest(
    services: Served, key: Analyst, query: Annotated[SelftestQuery, Query()]
) -> SelftestModel:
    """Send EICAR, a clean MiB, an encrypted archive and an empty file as each client would.

    Says what that client makes of the answer.  The files are transfers like any other: they are
    in the verdict log, with the host selftest.douane.invalid.
    """
    unknown = sorted(set(query.profile) - set(services.selftest.profiles))
    if unknown:
        known = ", ".join(services.selftest.profiles)
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"There is no profile {unknown[0]!r}; known: {known}."
        )
    if services.selftest.turn.locked():
        raise RequestFailed(
            HTTPStatus.SERVICE_UNAVAILABLE, "A self-test is running.", {"Retry-After": "10"}
        )
    async with services.selftest.turn:
        try:
            rows = await run_in_threadpool(services.selftest.play, tuple(query.profile))
        except OSError as error:
            raise RequestFailed(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}.") from None
    found = [SelftestRow.model_validate(row) for row in rows]
    return SelftestModel(ok=all(row.ok for row in found), data=found)
