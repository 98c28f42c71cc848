"""curl through Squid: forms of several files, chunked uploads, coded bodies, ranges, large ones."""

import gzip
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bench.clients import curl
from bench.servers.origin import Document, Origin
from bench.servers.squid import Squid
from samples.builders import eicar, jpeg

pytestmark = pytest.mark.server

SITE = "http://files.example"
LARGE = 3 * 1024 * 1024
Eventually = Callable[..., None]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, content in {
        "letter.txt": b"Dear customs officer,\n" * 50,
        "holiday.jpg": jpeg(),
        "surprise.com": eicar(),
    }.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def form(files: Path, *names: str) -> list[str]:
    """Return curl's options for a form with a line of text and these files."""
    options = ["--form", "comment=three files"]
    for name in names:
        options += ["--form", f"attachment=@{files / name}"]
    return options


def kept(origin: Origin, path: str) -> list[bytes]:
    return [received.body for received in origin.received if received.path == path]


def verdict(api: httpx.Client, transfer: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = (
        api.get(f"/v1/verdicts/{transfer}").raise_for_status().json()
    )
    return found


def test_a_form_of_clean_files_arrives(files: Path, origin: Origin, squid: Squid) -> None:
    url = f"{SITE}/curl/clean-form"
    answer = curl(url, *form(files, "letter.txt", "holiday.jpg"), proxy=squid.url)
    assert answer.status == 201, squid.logs()
    (body,) = kept(origin, "/curl/clean-form")
    for name in ("letter.txt", "holiday.jpg"):
        assert (files / name).read_bytes() in body


def test_one_bad_file_stops_the_form_and_is_named(
    files: Path, origin: Origin, squid: Squid, api: httpx.Client
) -> None:
    names = ("letter.txt", "surprise.com", "holiday.jpg")
    answer = curl(f"{SITE}/curl/bad-form", *form(files, *names), proxy=squid.url)
    assert answer.status == 403, squid.logs()
    assert not kept(origin, "/curl/bad-form")
    page = answer.body.decode()
    assert "surprise.com" in page
    assert "letter.txt" not in page
    detections = verdict(api, answer.headers["x-douane-transfer"])["detections"]
    assert "signature.clamav" in {row["code"] for row in detections if inside(row, "surprise.com")}
    assert not [row for row in detections if inside(row, "letter.txt")]


def inside(detection: dict[str, object], name: str) -> bool:
    return name in str(detection["path"])


CHUNKED = ("--header", "Transfer-Encoding: chunked", "--request", "PUT")


def test_a_chunked_upload_arrives(tmp_path: Path, origin: Origin, squid: Squid) -> None:
    source = origin.find("/random/200000?seed=curl")
    assert source is not None
    file = tmp_path / "random.bin"
    file.write_bytes(source.body)
    options = (*CHUNKED, "--limit-rate", "10M", "--upload-file", str(file))
    answer = curl(f"{SITE}/curl/chunked", *options, proxy=squid.url)
    assert answer.status == 201, squid.logs()
    assert kept(origin, "/curl/chunked") == [source.body]


def test_a_bad_chunked_upload_does_not(files: Path, origin: Origin, squid: Squid) -> None:
    options = (*CHUNKED, "--upload-file", str(files / "surprise.com"))
    answer = curl(f"{SITE}/curl/chunked-bad", *options, proxy=squid.url)
    assert answer.status == 403, squid.logs()
    assert not kept(origin, "/curl/chunked-bad")


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_eicar_inside_gzip_is_stopped(origin: Origin, squid: Squid, framing: str) -> None:
    path = f"/curl/coded-{framing}.txt"
    chunked = framing == "chunked"
    origin.publish(path, Document(eicar(), "text/plain", gzipped=True, chunked=chunked))
    answer = curl(SITE + path, "--compressed", proxy=squid.url)
    assert answer.status == 403, squid.logs()
    assert eicar() not in answer.body


def test_a_clean_coded_body_arrives_as_it_was(origin: Origin, squid: Squid) -> None:
    text = b"The same few words. " * 20_000
    origin.publish("/curl/clean.txt", Document(text, "text/plain", gzipped=True))
    answer = curl(f"{SITE}/curl/clean.txt", "--header", "Accept-Encoding: gzip", proxy=squid.url)
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == text
    assert curl(f"{SITE}/curl/clean.txt", "--compressed", proxy=squid.url).body == text


def test_a_range_passes_and_is_recorded_as_partial(
    origin: Origin, squid: Squid, api: httpx.Client, eventually: Eventually
) -> None:
    path = "/random/5000?seed=range"
    whole = origin.find(path)
    assert whole is not None
    answer = curl(SITE + path, "--range", "1000-1999", proxy=squid.url)
    assert answer.status == 206, squid.logs()
    assert answer.body == whole.body[1000:2000]

    def recorded() -> bool:
        newest = api.get("/v1/verdicts").raise_for_status().json()["data"]
        rows = [row for row in newest if row["url"] == SITE + path]
        return [gap["reason"] for row in rows for gap in row["unscanned"]] == ["partial"]

    eventually(recorded)


def test_a_large_download_without_204(origin: Origin, squid: Squid, eventually: Eventually) -> None:
    """Squid offers no 204 for it, so what comes after 100 Continue is the body itself."""
    path = f"/random/{LARGE}?seed=large"
    whole = origin.find(path)
    assert whole is not None
    answer = curl(SITE + path, proxy=squid.url)
    assert answer.status == 200, squid.logs()
    assert answer.body == whole.body

    def logged() -> bool:
        lines = (squid.folder / "icap.log").read_text().splitlines()
        words = [line.split() for line in lines if line.endswith(SITE + path)]
        return [word[1] for word in words if word[0] == "RESPMOD"] == ["200"]

    eventually(logged)
