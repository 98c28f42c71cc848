"""Every kind of client, played against the real service, makes of its answers what it should."""

import json
import subprocess

import httpx
import pytest

from bench.servers.douane import COMMAND, Douane
from douane.selftest.play import known_profiles

pytestmark = pytest.mark.server


def test_on_the_command_line(douane: Douane) -> None:
    settings = douane.state.parent / "douane.toml"
    command = [str(COMMAND), "selftest", "--json", "--config", str(settings)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    rows = json.loads(ran.stdout)["data"]
    assert [row for row in rows if not row["ok"]] == []
    assert ran.returncode == 0
    assert {row["profile"] for row in rows} == set(known_profiles())
    outcomes = {(row["profile"], row["sample"]): row["outcome"] for row in rows}
    for profile in known_profiles():
        assert outcomes[profile, "encrypted"] in ("stopped", "unscannable"), profile
    assert outcomes["nextcloud", "encrypted"] == "unscannable"
    assert outcomes["rspamd", "encrypted"] == "unscannable"


def test_over_rest(api: httpx.Client) -> None:
    answer = api.post("/v1/selftest", params={"profile": ["nextcloud", "squid"]})
    assert answer.status_code == 200
    document = answer.json()
    assert document["ok"] is True
    assert len(document["data"]) == 8


def test_what_it_sends_is_in_the_verdict_log(api: httpx.Client) -> None:
    api.post("/v1/selftest", params={"profile": "generic"})
    found = api.get("/v1/verdicts", params={"action": "block", "limit": 1000}).json()["data"]
    urls = {row["url"] for row in found}
    assert "http://selftest.douane.invalid/eicar.txt" in urls
    assert "http://selftest.douane.invalid/notes.txt" not in urls
