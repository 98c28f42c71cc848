"""Signing in with a key, and out again."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access import find_valid_key, note_refused_sign_in
from api.exchange import exchange_of
from api.pages.show import AsPages, page, see
from api.pages.signed_in import (
    AnyVisitor,
    cookie_name,
    current_visitor,
    drop_cookie,
    read_form,
    read_own_form,
    require_same_origin,
    set_cookie,
)
from api.problems import RequestFailed
from api.services import Served
from api.sessions import Visitor, end_session, start_session

router = APIRouter(dependencies=[AsPages], include_in_schema=False)
OWN_PLACE = re.compile(r"/(?![/\\])[!-~]{0,2000}")
"""Where one may be sent after signing in: never to another host."""
KEY_LENGTH = 256


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    visitor: Annotated[Visitor | None, Depends(current_visitor)],
    next: str = "/",
) -> Response:
    if visitor is not None:
        return see(_own(next))
    return page(request, "sign_in.html", next=_own(next), wrong="")


@router.post("/sign-in")
async def sign_in(request: Request, services: Served) -> Response:
    """Start a session in place of whatever the browser held before."""
    require_same_origin(request, services)
    form = await read_form(request)
    place = _own(form.get("next", ""))
    try:
        key = await find_valid_key(request, services, form.get("key", "").strip()[:KEY_LENGTH])
        exchange_of(request.scope).headers |= services.limits.take(key.prefix)
        former = request.cookies.get(cookie_name(request, services))
        token = await start_session(services, request, key, former)
    except RequestFailed as refused:
        await note_refused_sign_in(services, request)
        return page(
            request, "sign_in.html", refused.status, refused.headers, next=place, wrong=refused
        )
    answer = see(place)
    set_cookie(request, services, answer, token)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, services: Served, visitor: AnyVisitor) -> Response:
    await read_own_form(request, services, visitor)
    await end_session(services, request, visitor)
    answer = see("/sign-in")
    answer.headers["Clear-Site-Data"] = '"cache"'
    drop_cookie(request, services, answer)
    return answer


def _own(place: str) -> str:
    return place if OWN_PLACE.fullmatch(place) else "/"
