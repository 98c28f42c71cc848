"""Passwords that come with a transfer open what they belong to, and are kept nowhere."""

import hashlib
import io
import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
import pyzipper
from httpx import Client, Response

from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from samples.builders import Part, eicar, encrypted_zip, jpeg, multipart, pe
from samples.documents_encrypted import package
from samples.office_locks import agile
from samples.pdf_locks import locked_pdf_aes

pytestmark = pytest.mark.server

BOUNDARY = "----douane-passwords"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
ZIP = "application/zip"
UPLOAD = "http://files.example/passwords/upload"


@pytest.fixture
def web(web: Client) -> Client:
    """Squid may end a connection over which it stopped an upload: each request has its own."""
    web.headers["Connection"] = "close"
    return web


def locked(word: str, files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with pyzipper.AESZipFile(body, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as made:
        made.setpassword(word.encode())
        for name, data in files.items():
            made.writestr(name, data)
    return body.getvalue()


def chat(line: str, archive: bytes) -> bytes:
    """A form as messengers post it: the file before what is said about it."""
    file = Part("files[0]", archive, "photos.zip", ZIP)
    said = Part("payload_json", json.dumps({"content": line}).encode())
    return multipart([file, said], BOUNDARY)


def send(web: Client, body: bytes) -> Response:
    return web.post(UPLOAD, content=body, headers={"Content-Type": FORM, "Accept": "text/html"})


def verdict(api: Client, answer: Response) -> dict[str, object]:
    found = api.get(f"/v1/verdicts/{answer.headers['x-douane-transfer']}").json()
    assert isinstance(found, dict)
    return found


def words(found: dict[str, object], key: str, word: str) -> set[str]:
    rows = found[key]
    assert isinstance(rows, list)
    return {row[word] for row in rows}


def test_a_chat_line_opens_the_archive_beside_it(
    web: Client, api: Client, eventually: Callable[..., None]
) -> None:
    archive = locked("gR8-line", {"photo.jpg": jpeg(), "notes.txt": b"text\n" * 9})
    good = chat("here you go, password: gR8-line", archive)
    assert send(web, good).status_code == 201
    allowed: list[dict[str, object]] = []

    def recorded() -> bool:
        digest = hashlib.sha256(good).hexdigest()
        allowed[:] = api.get("/v1/verdicts", params={"sha256": digest}).json()["data"]
        return bool(allowed)

    eventually(recorded)
    assert (allowed[0]["level"], allowed[0]["unscanned"]) == ("clean", [])
    names = words(allowed[0], "detections", "name")
    assert names == {"opened", "Heuristics.Encrypted.Zip"}  # clamd has no password

    stopped = send(web, chat("here you go, have fun", archive))
    assert stopped.status_code == 403
    assert words(verdict(api, stopped), "unscanned", "reason") == {"encrypted"}
    assert send(web, good).status_code == 201


@pytest.mark.parametrize(
    "inside, code",
    [
        ({"photo.jpg.exe": pe()}, "disguise.double_extension"),
        ({"deep.zip": locked("gR8-bad", {"photo.jpg": pe()})}, "disguise.extension"),
        ({"notes.txt": eicar()}, "signature.clamav"),
    ],
)
def test_what_is_bad_inside_is_named(
    web: Client, api: Client, inside: dict[str, bytes], code: str
) -> None:
    stopped = send(web, chat("das Passwort lautet gR8-bad", locked("gR8-bad", inside)))
    assert stopped.status_code == 403
    found = verdict(api, stopped)
    assert code in words(found, "detections", "code")
    assert found["unscanned"] == []
    opened = [row for row in found["detections"] if row["name"] == "opened"]  # type: ignore[attr-defined]
    assert opened
    assert all(
        re.search(r"from the message \(mark [0-9a-f]{16}\)", one["detail"]) for one in opened
    )


def test_a_url_opens_its_own_download_only(web: Client, api: Client, origin: Origin) -> None:
    """The content is the same: what is remembered of the one says nothing of the other."""
    archive = encrypted_zip({"photo.jpg": jpeg()}, b"gR8-url")
    place = "/passwords/photos.zip"
    for query in ("?zip_pwd=gR8-url", "?zip_pwd=other", ""):
        origin.publish(place + query, Document(archive, ZIP))
    address = f"http://files.example{place}"
    for _ in range(2):
        assert web.get(f"{address}?zip_pwd=gR8-url").status_code == 200
        stopped = web.get(f"{address}?zip_pwd=other")
        assert stopped.status_code == 403
        assert verdict(api, stopped)["url"] == f"{address}?zip_pwd=***"
        assert web.get(address).status_code == 403


def test_documents_and_fields_of_json(web: Client, api: Client) -> None:
    for name, data in (
        ("letter.docx", agile(package(), "gR8-json")),
        ("letter.pdf", locked_pdf_aes(b"gR8-json")),
    ):
        document = {"name": name, "data": b64encode(data).decode(), "password": "gR8-json"}
        headers = {"Content-Type": "application/json"}
        body = json.dumps(document).encode()
        assert web.post(UPLOAD, content=body, headers=headers).status_code == 201
        body = json.dumps({**document, "password": "other"}).encode()
        stopped = web.post(UPLOAD, content=body, headers=headers)
        assert stopped.status_code == 403
        found = verdict(api, stopped)
        assert words(found, "unscanned", "reason") == {"encrypted"}
        assert "document.encrypted" in words(found, "detections", "code")


def test_no_password_is_kept_anywhere(
    web: Client, api: Client, douane: Douane, origin: Origin
) -> None:
    """Neither in the database, nor in a log, nor in an answer of the API, nor in the settings."""
    archive = locked("gR8-kept", {"photo.jpg.exe": pe()})
    stopped = send(web, chat("password: gR8-kept", archive))
    origin.publish("/passwords/kept.zip?pw=gR8-kept", Document(archive, ZIP))
    other = web.get("http://files.example/passwords/kept.zip?pw=gR8-kept")
    for answer in (stopped, other):
        assert answer.status_code == 403
        assert "opened" in words(verdict(api, answer), "detections", "name")
        assert b"gR8-" not in answer.content
    listed = api.get("/v1/verdicts?limit=100")
    assert b"gR8-" not in listed.content
    assert b"gR8-" not in api.get("/metrics").content
    assert _files_with(douane.state.parent, b"gR8-") == []
    key = douane.state / "password.key"
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_bytes().strip()
    assert len(secret) >= 16
    assert _files_with(douane.state.parent, secret) == ["password.key"]


def _files_with(folder: Path, text: bytes) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path.name for path in files if text in path.read_bytes()]
