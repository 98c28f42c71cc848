"""Who has signed in: the cookie, roles, and forms that only a page of ours can have sent."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import BackgroundTasks, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import deny
from api.bodies import read_bytes
from api.exchange import exchange_of
from api.pages.show import VISITOR
from api.problems import RequestFailed
from api.services import Served, Services
from api.sessions import Visitor, find_visitor, note_use, use_is_due
from verdicts.ledger.questions import Role

FORM_BYTES = 16 * 1024
FORM_FIELDS = 32
SECURE_COOKIE = "__Host-douane"
PLAIN_COOKIE = "douane"


def is_secure(request: Request, services: Services) -> bool:
    """Tell if the browser sees https, whether we or a proxy end it."""
    return "https" in (request.url.scheme, urlsplit(services.settings.public_url).scheme)


def cookie_name(request: Request, services: Services) -> str:
    """Return the name; with the prefix no other host of the domain can have set it."""
    return SECURE_COOKIE if is_secure(request, services) else PLAIN_COOKIE


def set_cookie(request: Request, services: Services, response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(request, services),
        token,
        max_age=int(services.settings.session_hours * 3600),
        path="/",
        secure=is_secure(request, services),
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, services: Services, response: Response) -> None:
    response.delete_cookie(
        cookie_name(request, services),
        path="/",
        secure=is_secure(request, services),
        httponly=True,
        samesite="strict",
    )


async def current_visitor(
    request: Request, services: Served, background: BackgroundTasks
) -> Visitor | None:
    """Return who has signed in; None if nobody has, or the session has ended."""
    token = request.cookies.get(cookie_name(request, services), "")
    visitor = await run_in_threadpool(find_visitor, services, token)
    if visitor is not None:
        if use_is_due(services, visitor):
            background.add_task(note_use, services, visitor)
        request.scope[VISITOR] = visitor
    return visitor


def require(role: Role) -> Callable[..., Awaitable[Visitor]]:
    """Return a dependency that gives the visitor if he may do what `role` may."""

    async def checked(
        request: Request,
        services: Served,
        visitor: Annotated[Visitor | None, Depends(current_visitor)],
    ) -> Visitor:
        if visitor is None:
            wanted = request.url.path if request.method == "GET" else "/"
            if request.method == "GET" and request.url.query:
                wanted += f"?{request.url.query}"
            place = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"
            raise RequestFailed(HTTPStatus.SEE_OTHER, "Sign in first.", {"Location": place})
        exchange_of(request.scope).headers |= services.limits.take(visitor.key.prefix)
        if not visitor.key.role.may(role):
            await deny(services, request, visitor.key, f"role {role.value}")
        return visitor

    return checked


AnyVisitor = Annotated[Visitor, Depends(require(Role.VIEWER))]
AnalystVisitor = Annotated[Visitor, Depends(require(Role.ANALYST))]
AdminVisitor = Annotated[Visitor, Depends(require(Role.ADMIN))]


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; raise RequestFailed for what no form of ours sends."""
    body = await read_bytes(request, FORM_BYTES, "form")
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FORM_FIELDS)
    except ValueError:
        raise RequestFailed(HTTPStatus.UNPROCESSABLE_ENTITY, "This is no form of ours.") from None
    return dict(fields)


async def read_own_form(request: Request, services: Services, visitor: Visitor) -> dict[str, str]:
    """Return the fields of a form that a page of this session sent; else raise RequestFailed."""
    require_same_origin(request, services)
    form = await read_form(request)
    if not visitor.sent_form(form.pop("csrf", "")):
        raise RequestFailed(
            HTTPStatus.FORBIDDEN, "This form is from another session. Load the page again."
        )
    return form


def require_same_origin(request: Request, services: Services) -> None:
    """Raise RequestFailed unless the browser says that a page of ours sent this."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    elif origin is not None:
        own = services.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
        ours = origin.lower() == own.lower()
    else:
        ours = False
    if not ours:
        raise RequestFailed(
            HTTPStatus.FORBIDDEN,
            "The browser says that another site sent this form. If a proxy changes the Host "
            "field, set public_url in [api].",
        )
