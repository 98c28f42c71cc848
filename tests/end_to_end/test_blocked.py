"""Bad files are stopped both ways, with a page that says why and a verdict that explains."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from httpx import Client, Response

from bench.servers.origin import Document, Origin
from bench.servers.squid import Squid
from samples.builders import Part, eicar, jpeg, multipart, pe, zip_of
from samples.catalogue import find

pytestmark = pytest.mark.server

OCTETS = "application/octet-stream"
BOUNDARY = "----douane"


@dataclass(frozen=True, slots=True)
class Bad:
    name: str
    content: bytes
    declared_type: str
    code: str
    """A detection that the verdict must hold."""


BAD = [
    Bad("eicar.com", eicar(), OCTETS, "signature.clamav"),
    Bad("eicar.txt", eicar(), "text/plain", "signature.yara"),
    Bad("choke.exe", find("choke.exe").data, OCTETS, "signature.yara"),
    Bad("photo.jpg", pe(), "image/jpeg", "disguise.extension"),
    Bad("in.zip", zip_of({"photo.jpg.exe": pe()}), "application/zip", "disguise.double_extension"),
]
each_bad_file = pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)


def explain(answer: Response, api: Client, code: str, direction: str, log: str) -> None:
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


@each_bad_file
def test_download(web: Client, api: Client, origin: Origin, squid: Squid, bad: Bad) -> None:
    origin.publish(f"/bad/{bad.name}", Document(bad.content, bad.declared_type))
    answer = web.get(f"http://files.example/bad/{bad.name}")
    explain(answer, api, bad.code, "download", squid.logs())


@each_bad_file
def test_raw_upload(web: Client, api: Client, origin: Origin, squid: Squid, bad: Bad) -> None:
    url = f"http://files.example/put/{bad.name}"
    answer = web.put(url, content=bad.content, headers={"Content-Type": bad.declared_type})
    explain(answer, api, bad.code, "upload", squid.logs())
    assert not arrived(origin, f"/put/{bad.name}")


@each_bad_file
def test_form_upload(web: Client, api: Client, origin: Origin, squid: Squid, bad: Bad) -> None:
    picture = Part("avatar", jpeg(), "me.jpg", "image/jpeg")
    body = multipart([picture, Part("file", bad.content, bad.name, bad.declared_type)], BOUNDARY)
    answer = web.post(
        f"http://files.example/form/{bad.name}",
        content=body,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    explain(answer, api, bad.code, "upload", squid.logs())
    assert not arrived(origin, f"/form/{bad.name}")


def arrived(origin: Origin, path: str) -> bool:
    return any(received.path == path for received in origin.received)


def test_behind_a_content_coding(web: Client, api: Client, origin: Origin, squid: Squid) -> None:
    origin.publish("/coded.txt", Document(eicar(), "text/plain", gzipped=True))
    answer = web.get("http://files.example/coded.txt")
    explain(answer, api, "signature.yara", "download", squid.logs())


def test_the_summary_counts_a_block(
    web: Client, api: Client, origin: Origin, eventually: Callable[..., None]
) -> None:
    def blocked() -> int:
        summary = api.get("/v1/stats/summary").raise_for_status().json()
        return int(summary["by_action"].get("block", 0))

    before = blocked()
    origin.publish("/counted.com", Document(eicar()))
    assert web.get("http://files.example/counted.com").status_code == 403
    eventually(lambda: blocked() > before)


def test_an_honest_program_passes(web: Client, origin: Origin) -> None:
    origin.publish("/setup.exe", Document(pe(), "application/x-msdownload"))
    answer = web.get("http://files.example/setup.exe")
    assert (answer.status_code, answer.content) == (200, pe())
