"""How pages are made: values are escaped, and a theme is one of two words."""

import jinja2
import pytest
from fastapi import Request

from api.pages.show import PLACES, TEMPLATES, page, see


def request(cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode())]
    return Request({"type": "http", "path": "/", "headers": headers, "query_string": b""})


@pytest.mark.parametrize(
    "cookie, theme",
    [
        ("", '<html lang="en">'),
        ("douane_theme=dark", '<html lang="en" data-theme="dark">'),
        ("douane_theme=x", '<html lang="en">'),
    ],
)
def test_theme(cookie: str, theme: str) -> None:
    shown = page(request(cookie), "sign_in.html", next="/", wrong="")
    assert theme in bytes(shown.body).decode()


def test_values_are_escaped_and_half_characters_survive() -> None:
    shown = bytes(page(request(), "sign_in.html", next='"><b>\ud800', wrong="").body)
    assert b'value="&#34;&gt;&lt;b&gt;?"' in shown


def test_a_value_that_is_forgotten_is_a_mistake() -> None:
    with pytest.raises(jinja2.UndefinedError):
        page(request(), "sign_in.html")


def test_every_template_can_be_read() -> None:
    for name in TEMPLATES.list_templates():
        TEMPLATES.get_template(name)


def test_strangers_see_no_places() -> None:
    shown = bytes(page(request(), "sign_in.html", next="/", wrong="").body).decode()
    assert all(f'href="{place}"' not in shown for place, _, _ in PLACES)


def test_see_other() -> None:
    answer = see("/verdicts?user=a%20b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/verdicts?user=a%20b")
