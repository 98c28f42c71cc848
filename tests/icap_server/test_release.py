"""Which form lets a message through: what RFC 3507, the draft on 206 and Squid together allow."""

import pytest

from icap_server.release import Form, changed_form, unchanged_form
from icap_server.wire.events import RequestHead

N204, P206, ECHO = Form.UNMODIFIED, Form.PARTIAL, Form.ECHO
ROWS = [
    # Allow: 204, Allow: 206, preview, after 100 Continue: unmodified, with another head
    (False, False, False, False, ECHO, ECHO),
    (True, False, False, False, N204, ECHO),
    (False, True, False, False, P206, P206),
    (True, True, False, False, N204, P206),
    (False, False, True, False, N204, ECHO),
    (False, True, True, False, N204, ECHO),
    (True, True, True, False, N204, P206),
    (False, False, True, True, ECHO, ECHO),
    (True, False, True, True, N204, ECHO),
    (False, True, True, True, ECHO, ECHO),  # a 206 here makes Squid 5.7 drop the transaction
    (True, True, True, True, N204, P206),
]


@pytest.mark.parametrize("allow_204, allow_206, preview, continued, unmodified, changed", ROWS)
def test_form(
    *,
    allow_204: bool,
    allow_206: bool,
    preview: bool,
    continued: bool,
    unmodified: Form,
    changed: Form,
) -> None:
    head = RequestHead(
        "RESPMOD", "x", {}, b"", b"", True, 9 if preview else None, allow_204, allow_206, False
    )
    assert unchanged_form(head, continued=continued, partial=True) is unmodified
    assert changed_form(head, partial=True) is changed
    without_206 = ECHO if unmodified is P206 else unmodified
    assert unchanged_form(head, continued=continued, partial=False) is without_206
    assert changed_form(head, partial=False) is ECHO, "whatever a client like that says"
