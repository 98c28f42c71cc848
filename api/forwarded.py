"""Whom a proxy before the API speaks for: `X-Forwarded-For`, from proxies of the settings."""

from starlette.types import ASGIApp, Receive, Scope, Send

from verdicts.addresses import Networks, canonical_address, lies_in

FIELD = b"x-forwarded-for"
HOPS = 16
"""Looked at, from the last; whoever writes more of them is no chain of proxies."""
ADDRESS_LENGTH = 64
"""Characters; no address has as many."""


class Forwarded:
    """Pure ASGI: the client is whom the last of our proxies saw, and that is always an address.

    Others may send the field, too: what is left of that place is their word, and never counts.
    """

    def __init__(self, app: ASGIApp, proxies: Networks) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            address = client_address(scope["client"][0], _values(scope), self._proxies)
            scope["client"] = (address, 0)
        await self._app(scope, receive, send)


def client_address(peer: str, values: list[str], proxies: Networks) -> str:
    """Return the rightmost address that is none of the proxies'.

    Where a proxy names none, or only others of them, it is that of the peer.
    """
    if not lies_in(canonical_address(peer), proxies):
        return peer
    for text in reversed(",".join(values).rsplit(",", HOPS)[-HOPS:]):
        address = canonical_address(text.strip()[:ADDRESS_LENGTH])
        if not lies_in(address, proxies):
            return address or peer
    return peer


def _values(scope: Scope) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == FIELD]
