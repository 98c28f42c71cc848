"""HTTPS through a Squid that opens it: the shipped snippet, an HTTPS origin, files seen inside."""

import ssl
from collections.abc import Callable, Iterator

import httpx
import pytest

from bench.clients import curl
from bench.servers.douane import Douane
from bench.servers.interception import NEVER_OPENED, OPENED, Interception, NoInterception
from bench.servers.origin import Document, Origin
from bench.servers.squid import Squid, intercepting_squid
from samples.builders import eicar

pytestmark = pytest.mark.server

BAD_PATH = "/https/test.com"


@pytest.fixture(scope="module")
def proxy(douane: Douane) -> Iterator[Squid]:
    try:
        with intercepting_squid(icap_port=douane.icap_port) as running:
            yield running
    except NoInterception as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def files(proxy: Squid) -> Interception:
    assert proxy.interception is not None
    return proxy.interception


@pytest.fixture(scope="module")
def site(files: Interception) -> Iterator[Origin]:
    with Origin(tls=files.origin_tls()) as running:
        running.publish(BAD_PATH, Document(eicar()))
        yield running


Browser = Callable[..., httpx.Client]


@pytest.fixture
def browse(proxy: Squid, files: Interception) -> Iterator[Browser]:
    """Return a client that trusts the interception's authority only, or the web's only."""
    opened: list[httpx.Client] = []

    def connect(*, trust_web: bool = False) -> httpx.Client:
        authority = files.web_authority if trust_web else files.authority
        trusted = ssl.create_default_context(cafile=str(authority))
        opened.append(httpx.Client(proxy=proxy.url, trust_env=False, timeout=60, verify=trusted))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


@pytest.mark.parametrize("framing", ["", "&chunked=1"], ids=["length", "chunked"])
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 1024 * 1024])
def test_a_clean_download_is_what_was_sent(
    browse: Browser, site: Origin, proxy: Squid, size: int, framing: str
) -> None:
    path = f"/random/{size}?seed=https{size}{framing}"
    sent = site.find(path)
    assert sent is not None
    answer = browse().get(site.url(path, OPENED))
    assert answer.status_code == 200, proxy.logs()
    assert answer.content == sent.body


def test_a_clean_upload_is_what_was_sent(browse: Browser, site: Origin, proxy: Squid) -> None:
    body = b"A letter that nobody else reads.\n" * 4000
    answer = browse().put(site.url("/https/inbox", OPENED), content=body)
    assert answer.status_code == 201, proxy.logs()
    (kept,) = [received for received in site.received if received.path == "/https/inbox"]
    assert kept.body == body


def test_a_bad_download_is_a_page_inside_the_tunnel(
    browse: Browser, site: Origin, api: httpx.Client, proxy: Squid
) -> None:
    url = site.url(BAD_PATH, OPENED)
    answer = browse().get(url)
    assert answer.status_code == 403, proxy.logs()
    assert eicar() not in answer.content
    transfer = answer.headers["x-douane-transfer"]
    assert transfer in answer.text
    verdict = api.get(f"/v1/verdicts/{transfer}").raise_for_status().json()
    assert (verdict["action"], verdict["direction"], verdict["url"]) == ("block", "download", url)


def test_a_bad_upload_stays_here(browse: Browser, site: Origin, proxy: Squid) -> None:
    answer = browse().put(site.url("/https/up.com", OPENED), content=eicar())
    assert answer.status_code == 403, proxy.logs()
    assert "/https/up.com" not in {received.path for received in site.received}


def test_curl_sees_the_page_too(proxy: Squid, files: Interception, site: Origin) -> None:
    trust = ("--cacert", str(files.authority))
    answer = curl(site.url(BAD_PATH, OPENED), *trust, proxy=proxy.url)
    assert answer.status == 403, proxy.logs()
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-douane-transfer"] in answer.body.decode()


def test_connect_itself_passes_untouched(browse: Browser, site: Origin, proxy: Squid) -> None:
    """It is a REQMOD without a body, once for the client's words and once for its server name."""
    assert browse().get(site.url("/random/10?seed=connect", OPENED)).status_code == 200
    authority = f"{OPENED}:{site.port}"
    log = (proxy.folder / "icap.log").read_text().splitlines()
    connects = [line for line in log if line.endswith(f" {authority}")]
    assert connects
    assert {line.split()[:2] == ["REQMOD", "204"] for line in connects} == {True}, log


def test_what_is_never_opened_shows_its_own_certificate(
    browse: Browser, site: Origin, api: httpx.Client, proxy: Squid
) -> None:
    """A tunnel that the snippet's list leaves alone: end to end, and nobody looks inside."""
    url = site.url(BAD_PATH, NEVER_OPENED)
    answer = browse(trust_web=True).get(url)
    assert (answer.status_code, answer.content) == (200, eicar()), proxy.logs()
    newest = api.get("/v1/verdicts").raise_for_status().json()["data"]
    assert url not in {row["url"] for row in newest}


def test_what_is_opened_shows_the_interceptions(browse: Browser, site: Origin) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        browse(trust_web=True).get(site.url("/random/1?seed=trust", OPENED))
