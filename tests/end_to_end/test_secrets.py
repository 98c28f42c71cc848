"""No key, token, cookie or password is in a log, an answer or what a command prints."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bench.servers.daemon import wait_until
from bench.servers.douane import COMMAND, Douane
from bench.servers.oidc_issuer import AUDIENCE, OidcIssuer

MARK = "Sesame0pen"
"""Stands in every secret that this test makes up."""
WRONG_KEY = f"dk_{MARK}-and-32-more-characters-of-it"


@pytest.fixture
def issuer() -> Iterator[OidcIssuer]:
    made = OidcIssuer()
    made.add_key("one")
    yield made
    made.close()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.server
def test_secrets_stay_secret(start_douane: Callable[..., Douane], issuer: OidcIssuer) -> None:
    oidc = {"issuer": issuer.url, "audience": AUDIENCE, "admin_roles": ["root"]}
    douane = start_douane({"oidc": oidc, "clamav": {"socket": "off"}})
    said: list[str] = []
    with httpx.Client(base_url=douane.api_url, trust_env=False, timeout=30) as client:

        def ask(method: str, path: str, secret: str, **more: object) -> httpx.Response:
            answer = client.request(method, path, headers=bearer(secret), **more)  # type: ignore[arg-type]
            said.append(f"{answer.headers}\n{answer.text}")
            return answer

        admin = douane.admin_key
        made = ask("POST", "/v1/keys", admin, json={"name": "x"}).json()["key"]
        said.clear()  # the one answer that has it
        good, other = issuer.token(roles=["root"]), issuer.token(roles=["root"], aud=MARK)
        for secret in (admin, made, good):
            for path in ("/v1/keys", "/v1/audit", "/v1/nothing", "/metrics", "/docs"):
                ask("GET", path, secret)
            ask("POST", "/v1/keys", secret, content=b"{")
        for secret in (other, WRONG_KEY, f"{MARK}.{MARK}.{MARK}"):  # each waits longer
            ask("GET", "/v1/verdicts", secret)
        own = {"Sec-Fetch-Site": "same-origin"}
        client.post("/sign-in", data={"key": WRONG_KEY}, headers=own)
        signed_in = client.post("/sign-in", data={"key": admin}, headers=own)
        cookie = signed_in.cookies["douane"]
        said.append(client.get("/").text)
    wait_until(lambda: "api.token_refused" in douane.log.read_text(), 10, "the log of a refusal")
    shown = "".join(said) + douane.log.read_text()
    signatures = [token.rpartition(".")[2] for token in (good, other)]
    for secret in (admin[11:], made[11:], cookie, MARK, *signatures):
        assert secret not in shown, shown[max(shown.find(secret) - 200, 0) :][:300]


@pytest.mark.parametrize(
    "password, words",
    [(f":{MARK}", ["config"]), ("", ["config", "--json"]), ("", ["keys", "list"])],
    ids=str,
)
@pytest.mark.server
def test_commands_show_no_password_of_the_database(
    tmp_path: Path, password: str, words: list[str]
) -> None:
    """Neither one in the URL, which is refused, nor libpq's own while no database answers."""
    settings = tmp_path / "douane.toml"
    url = f"postgresql://douane{password}@127.0.0.1:1/none"
    settings.write_text(f'[database]\nurl = "{url}"\n[state]\ndirectory = "state"\n')
    ran = subprocess.run(
        [COMMAND, *words, "--config", settings],
        env={**os.environ, "PGPASSWORD": MARK},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ran.stdout + ran.stderr
    assert MARK not in ran.stdout + ran.stderr
