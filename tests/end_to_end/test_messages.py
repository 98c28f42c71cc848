"""Files in JSON, forms, mail and pages, through Squid and past a real clamd."""

import json
import os
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from httpx import Client

from bench.servers.origin import Origin
from samples.builders import Part, eicar, gzip, jpeg, multipart, pe
from samples.messages import mail

pytestmark = pytest.mark.server

JSON, FORM, MAIL = "application/json", "application/x-www-form-urlencoded", "message/rfc822"
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _gallery(last: bytes) -> bytes:
    """Return a document with many small files; only the last is of interest."""
    pictures = [{"name": f"{number}.jpg", "data": _text(jpeg())} for number in range(100)]
    files = [*pictures, {"name": "last.bin", "data": _text(last)}]
    return json.dumps({"files": files}).encode()


BAD = {  # body, declared type -> detection, and the path that the answer names
    "JSON": (
        json.dumps({"name": "eicar.com", "data": _text(eicar())}).encode(),
        JSON,
        ("signature.clamav", ["eicar.com"]),
    ),
    "form": (
        urlencode({"filename": "eicar.com", "data": _text(eicar())}).encode(),
        FORM,
        ("signature.clamav", ["eicar.com"]),
    ),
    "JSON in a form": (
        urlencode({"payload": json.dumps({"name": "a.jpg", "data": _text(pe())})}).encode(),
        FORM,
        ("disguise.extension", ["payload", "a.jpg"]),
    ),
    "mail": (
        mail("eicar.com", "image/jpeg", eicar()),
        MAIL,
        ("signature.clamav", ["eicar.com"]),
    ),
    "one of many": (_gallery(eicar()), JSON, ("signature.yara", ["last.bin"])),
    "page": (
        f'<html><img src="data:image/png;base64,{_text(pe())}"></html>'.encode(),
        "text/html",
        ("disguise.mime", ["base64 1"]),
    ),
}
GOOD = {
    "many small pictures": (_gallery(jpeg()), JSON, {}),
    "mail": (mail("a.jpg", "image/jpeg", jpeg()), MAIL, {}),
    "raw bytes labelled as a form": (jpeg() + os.urandom(5000), FORM, {}),
    "unknown data": (json.dumps({"blob": _text(os.urandom(5000))}).encode(), JSON, {}),
    "coded form that does not get smaller": (
        gzip(multipart([Part("f", os.urandom(90_000), f"{n}.bin") for n in "ab"], BOUNDARY)),
        f"multipart/form-data; boundary={BOUNDARY}",
        {"Content-Encoding": "gzip"},
    ),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_file_is_stopped_and_named(
    web: Client, api: Client, origin: Origin, case: tuple[bytes, str, tuple[str, list[str]]]
) -> None:
    body, declared_type, expected = case
    headers = {"Content-Type": declared_type, "Accept": "text/html"}
    answer = web.post("http://files.example/messages/bad", content=body, headers=headers)
    assert answer.status_code == 403
    verdict = api.get(f"/v1/verdicts/{answer.headers['x-douane-transfer']}").json()
    assert expected in [(found["code"], found["path"]) for found in verdict["detections"]]
    assert all(name in answer.text for name in expected[1])
    assert all(received.path != "/messages/bad" for received in origin.received)


def test_clamav_sees_the_smallest_of_many(web: Client, api: Client) -> None:
    headers = {"Content-Type": JSON}
    answer = web.post("http://files.example/many", content=_gallery(eicar()), headers=headers)
    verdict = api.get(f"/v1/verdicts/{answer.headers['x-douane-transfer']}").json()
    assert "signature.clamav" in {found["code"] for found in verdict["detections"]}


@pytest.mark.parametrize("body, declared_type, more", GOOD.values(), ids=GOOD)
def test_good_message_passes(
    web: Client, origin: Origin, body: bytes, declared_type: str, more: dict[str, str]
) -> None:
    before = len(origin.received)
    headers = {"Content-Type": declared_type, **more}
    answer = web.put("http://files.example/messages/good", content=body, headers=headers)
    assert answer.status_code < 400
    assert [received.path for received in origin.received[before:]] == ["/messages/good"]
