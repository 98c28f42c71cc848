"""Files fetched piece by piece through Squid: what no piece shows, the whole does."""

from collections.abc import Callable

import httpx
import pytest

from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from bench.servers.squid import Squid
from samples.builders import eicar, zip_of

pytestmark = pytest.mark.server

SITE = "http://pieces.example"
ConnectWeb = Callable[[Douane], httpx.Client]


def fetch(web: httpx.Client, url: str, first: int, last: int) -> httpx.Response:
    return web.get(url, headers={"Range": f"bytes={first}-{last}"})


def test_eicar_in_two_pieces(web: httpx.Client, origin: Origin, squid: Squid) -> None:
    url = f"{SITE}/pieces/eicar.txt"
    origin.publish("/pieces/eicar.txt", Document(eicar(), "text/plain"))
    for _ in range(4):  # each time other connections, so other fronts
        first = fetch(web, url, 0, 39)
        assert first.status_code == 206, squid.logs()
        assert first.content == eicar()[:40]
        second = fetch(web, url, 40, len(eicar()) - 1)
        assert second.status_code == 403, squid.logs()


def test_an_honest_archive_in_pieces(web: httpx.Client, origin: Origin, squid: Squid) -> None:
    data = zip_of({f"{number}.txt": bytes(range(256)) * 8 for number in range(9)})
    origin.publish("/pieces/archive.zip", Document(data, "application/zip"))
    middle = len(data) // 2
    url = f"{SITE}/pieces/archive.zip"
    first = fetch(web, url, 0, middle - 1)
    second = fetch(web, url, middle, len(data) - 1)
    assert (first.status_code, second.status_code) == (206, 206), squid.logs()
    assert first.content + second.content == data


def test_range_is_taken_out_of_requests_on_wish(
    start_douane: Callable[..., Douane], connect_web: ConnectWeb, origin: Origin
) -> None:
    data = bytes(range(256)) * 20
    origin.publish("/pieces/whole.bin", Document(data, "application/octet-stream"))
    web = connect_web(start_douane({"icap": {"remove_range": True}}))
    answer = fetch(web, f"{SITE}/pieces/whole.bin", 100, 199)
    assert answer.status_code == 200
    assert answer.content == data
