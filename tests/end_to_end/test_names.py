"""Names that disagree: found through Squid, and all of them shown with the verdict."""

import pytest
from httpx import Client

from bench.servers.origin import Document, Origin
from samples.builders import jpeg, pe

pytestmark = pytest.mark.server

OCTETS = "application/octet-stream"


def attached(content: bytes, disposition: str) -> Document:
    return Document(content, OCTETS, headers=(("Content-Disposition", disposition),))


def test_an_honest_name_does_not_hide_the_url(web: Client, api: Client, origin: Origin) -> None:
    origin.publish("/names/photo.jpg.exe", attached(pe(), "attachment; filename=x.exe"))
    answer = web.get("http://files.example/names/photo.jpg.exe")
    assert answer.status_code == 403
    verdict = api.get(f"/v1/verdicts/{answer.headers['x-douane-transfer']}").json()
    assert verdict["file_name"] == "x.exe"
    assert verdict["other_names"] == [{"source": "url", "name": "photo.jpg.exe"}]
    assert "disguise.double_extension" in {found["code"] for found in verdict["detections"]}


def test_two_names_in_one_field_contradict(web: Client, api: Client, origin: Origin) -> None:
    both = "attachment; filename=photo.jpg; filename*=UTF-8''photo.exe"
    origin.publish("/names/12345", attached(b"plain text", both))
    answer = web.get("http://files.example/names/12345")
    assert answer.status_code == 403
    verdict = api.get(f"/v1/verdicts/{answer.headers['x-douane-transfer']}").json()
    assert [one["name"] for one in verdict["other_names"]] == ["photo.jpg", "12345"]
    assert "contradicting_names" in {found["name"] for found in verdict["detections"]}


def test_a_program_of_the_server_may_send_a_picture(web: Client, origin: Origin) -> None:
    origin.publish("/names/get.aspx", attached(jpeg(), "attachment; filename=photo.jpg"))
    assert web.get("http://files.example/names/get.aspx").status_code == 200
