"""What changed since somebody last looked: a visit of several looks counts as one."""

import pytest
from fastapi import Request, Response

from api.pages.last_look import APART, FIRST, former_look, note_look

NOW = 1_700_000_000_000_000


def request(value: str) -> Request:
    cookie = f"douane_look={value}".encode()
    return Request({"type": "http", "headers": [(b"cookie", cookie)]})


@pytest.mark.parametrize(
    "value, former",
    [
        ("", NOW - FIRST),
        ("nonsense", NOW - FIRST),
        ("1.<script>", NOW - FIRST),
        (f"{NOW - FIRST}.{NOW - APART + 1}", NOW - FIRST),
        (f"{NOW - FIRST}.{NOW - APART}", NOW - APART),
        (f"{NOW + 9}.{NOW + 5}", NOW),
    ],
)
def test_former_look(value: str, former: int) -> None:
    assert former_look(request(value), NOW) == former


def test_a_reload_hides_nothing() -> None:
    value, shown = f"{NOW - FIRST}.{NOW - 2 * APART}", []
    for minutes in (0, 10, 20, 40, 69):
        now = NOW + minutes * 60_000_000
        shown.append(former_look(request(value), now))
        answer = Response()
        note_look(request(value), answer, now, secure=False)
        value = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    assert shown == [NOW - 2 * APART] * 5
    assert former_look(request(value), NOW + 99 * 60_000_000) == NOW + 69 * 60_000_000
