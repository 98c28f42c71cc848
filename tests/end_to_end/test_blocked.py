"""Bad files are stopped in both directions, with a page that says why and a verdict that explains."""

from collections.abc import Callable

import httpx
import pytest

from bench.servers.origin import Document, Origin
from bench.servers.squid import Squid
from samples.builders import Part, eicar, jpeg, multipart, pe, zip_of
from samples.catalogue import find

pytestmark = pytest.mark.server

OCTETS = "application/octet-stream"
BOUNDARY = "----douane"

BAD = [
    # file name, content, declared type, a code that the verdict must hold
    ("eicar.com", eicar(), OCTETS, "signature.clamav"),
    ("eicar.txt", eicar(), "text/plain", "signature.yara"),
    ("choke.exe", find("choke.exe").data, OCTETS, "signature.yara"),
    ("photo.jpg", pe(), "image/jpeg", "disguise.extension"),
    ("photos.zip", zip_of({"photo.jpg.exe": pe()}), "application/zip", "disguise.double_extension"),
]
NAMES = [name for name, *_ in BAD]


def explain(answer: httpx.Response, api: httpx.Client, code: str, direction: str, log: str) -> None:
    """Check the page, then the verdict that it points to."""
    assert answer.status_code == 403, log
    transfer = answer.headers["x-douane-transfer"]
    assert transfer in answer.text
    verdict = api.get(f"/v1/verdicts/{transfer}").raise_for_status().json()
    assert verdict["id"] == transfer
    assert (verdict["action"], verdict["direction"]) == ("block", direction)
    assert code in {found["code"] for found in verdict["detections"]}
    assert verdict["clause"] != "default"
    assert code in answer.text


@pytest.mark.parametrize("name, content, declared, code", BAD, ids=NAMES)
def test_download(
    web: httpx.Client,
    api: httpx.Client,
    origin: Origin,
    squid: Squid,
    name: str,
    content: bytes,
    declared: str,
    code: str,
) -> None:
    origin.publish(f"/bad/{name}", Document(content, declared))
    answer = web.get(f"http://files.example/bad/{name}")
    explain(answer, api, code, "download", squid.logs())


@pytest.mark.parametrize("name, content, declared, code", BAD, ids=NAMES)
def test_raw_upload(
    web: httpx.Client,
    api: httpx.Client,
    origin: Origin,
    squid: Squid,
    name: str,
    content: bytes,
    declared: str,
    code: str,
) -> None:
    url = f"http://files.example/put/{name}"
    answer = web.put(url, content=content, headers={"Content-Type": declared})
    explain(answer, api, code, "upload", squid.logs())
    assert not arrived(origin, f"/put/{name}")


@pytest.mark.parametrize("name, content, declared, code", BAD, ids=NAMES)
def test_form_upload(
    web: httpx.Client,
    api: httpx.Client,
    origin: Origin,
    squid: Squid,
    name: str,
    content: bytes,
    declared: str,
    code: str,
) -> None:
    picture = Part("avatar", jpeg(), "me.jpg", "image/jpeg")
    body = multipart([picture, Part("file", content, name, declared)], BOUNDARY)
    answer = web.post(
        f"http://files.example/form/{name}",
        content=body,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    explain(answer, api, code, "upload", squid.logs())
    assert not arrived(origin, f"/form/{name}")


def arrived(origin: Origin, path: str) -> bool:
    return any(received.path == path for received in origin.received)


def test_behind_a_content_coding(
    web: httpx.Client, api: httpx.Client, origin: Origin, squid: Squid
) -> None:
    origin.publish("/coded.txt", Document(eicar(), "text/plain", gzipped=True))
    answer = web.get("http://files.example/coded.txt")
    explain(answer, api, "signature.yara", "download", squid.logs())


def test_the_summary_counts_a_block(
    web: httpx.Client, api: httpx.Client, origin: Origin, eventually: Callable[..., None]
) -> None:
    def blocked() -> int:
        summary = api.get("/v1/stats/summary").raise_for_status().json()
        return int(summary["by_action"].get("block", 0))

    before = blocked()
    origin.publish("/counted.com", Document(eicar()))
    assert web.get("http://files.example/counted.com").status_code == 403
    eventually(lambda: blocked() > before)


def test_an_honest_program_passes(web: httpx.Client, origin: Origin) -> None:
    origin.publish("/setup.exe", Document(pe(), "application/x-msdownload"))
    answer = web.get("http://files.example/setup.exe")
    assert (answer.status_code, answer.content) == (200, pe())
