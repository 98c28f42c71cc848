"""How a message may be let through: which of 204, 206 and its own echo the client takes.

The forms differ in what we have to keep: only an echo needs the body.
"""

from enum import Enum

from icap_server.wire.events import RequestHead


class Form(Enum):
    UNMODIFIED = 204
    """The client goes on with what it has."""
    PARTIAL = 206
    """Our HTTP head, then the body that the client has."""
    ECHO = 200
    """The whole message comes back."""


def unchanged_form(head: RequestHead, *, continued: bool, partial: bool) -> Form:
    """Return the cheapest form for a message that passes as it came (RFC 3507 §4.6).

    `continued`: 100 Continue was sent; the client has given up its copy, unless it said otherwise.
    `partial`: a client like this one may get a 206 if it allows that.
    """
    if head.allow_204 or (head.preview is not None and not continued):
        return Form.UNMODIFIED
    return changed_form(head, partial=partial)


def changed_form(head: RequestHead, *, partial: bool) -> Form:
    """Return the cheapest form for a message with another HTTP head.

    206 needs Allow: 206 (draft-icap-ext-partial-content).  Together with a preview that alone
    promises no more than an answer to the preview: Squid drops the transaction that gets a 206
    after 100 Continue, or after a preview that was the whole body, unless it allowed 204 as well.
    """
    allowed = head.allow_206 and (head.allow_204 or head.preview is None)
    return Form.PARTIAL if allowed and partial else Form.ECHO
