"""Decided before the content comes, through Squid: known names, exempt types, tunnels."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from bench.servers.squid import squid as run_squid
from samples.builders import eicar

pytestmark = pytest.mark.server

RULES = Path(__file__).parents[2] / "rules"
CLAUSES = """
[[clause]]
name = "bad-names"
action = "block"
file_name = "*.scr"

[[clause]]
name = "bad-site"
action = "block"
host = "bad.example"

[[clause]]
name = "exempt"
action = "allow"
declared_type = "video/*"
host = "lectures.example"

[[clause]]
name = "allowed-by-hash"
"""
LARGE = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def early_douane(module_folder: Path) -> Iterator[Douane]:
    shutil.copytree(RULES, module_folder / "rules")
    policy = module_folder / "rules" / "policy.toml"
    text = policy.read_text("utf-8")
    shipped = '\n[[clause]]\nname = "allowed-by-hash"'
    policy.write_text(text.replace(shipped, CLAUSES.rstrip(), 1))
    settings = {"rules": {"directory": str(module_folder / "rules")}}
    with Douane(module_folder, settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser(early_douane: Douane, origin: Origin) -> Iterator[httpx.Client]:
    with (
        run_squid(icap_port=early_douane.icap_port, origin_port=origin.port) as proxy,
        httpx.Client(proxy=proxy.url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def last_verdict(
    early_douane: Douane, connect_api: Callable[[Douane], httpx.Client]
) -> Callable[[str], dict[str, object]]:
    """Return the newest record that this clause decided; empty if there is none yet."""
    api = connect_api(early_douane)

    def look(clause: str) -> dict[str, object]:
        rows = api.get("/v1/verdicts").json()["data"]
        return next((row for row in rows if row["clause"] == clause), {})

    return look


Look = Callable[[str], dict[str, object]]


@pytest.mark.parametrize("body", [b"small", LARGE], ids=["small", "large"])
def test_a_bad_name_is_blocked_unread(
    browser: httpx.Client, origin: Origin, last_verdict: Look, body: bytes
) -> None:
    origin.publish("/early/holiday.scr", Document(body, "image/png"))
    answer = browser.get("http://files.example/early/holiday.scr")
    assert answer.status_code == 403
    assert "<code>bad-names</code>" in answer.text
    upload = browser.put("http://files.example/early/upload.SCR", content=body)
    assert upload.status_code == 403
    row = last_verdict("bad-names")
    assert (row["action"], row["level"], row["sha256"]) == ("block", "unknown", "")


@pytest.mark.parametrize("body", [eicar(), LARGE], ids=["eicar", "large"])
def test_an_exempt_type_passes_unread(
    browser: httpx.Client,
    origin: Origin,
    last_verdict: Look,
    eventually: Callable[..., None],
    body: bytes,
) -> None:
    path = f"/early/lecture-{len(body)}"
    origin.publish(path, Document(body, "video/x-test"))
    assert browser.get(f"http://lectures.example{path}").content == body
    eventually(lambda: last_verdict("exempt").get("level") == "unknown")


def test_a_tunnel_to_a_bad_site_is_refused(browser: httpx.Client, last_verdict: Look) -> None:
    for _ in range(2):
        with pytest.raises(httpx.ProxyError, match="403"):
            browser.get("https://bad.example/")
    row = last_verdict("bad-site")
    assert (row["action"], row["size"]) == ("block", 0)
    assert row["url"] == "bad.example:443"
