"""douane doctor: each part, present or broken, with what to do."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from douane import clamav, doctor
from douane.doctor import examine_parts
from douane.finding import Finding, Health
from douane.settings import Settings
from douane.settings_file import load_settings
from douane.state import make_state
from scanners.clamav.engine import EngineState
from scanners.clamav.management import Management
from scanners.errors import EngineDown

Write = Callable[[str], Path]
RULES = Path(__file__).parents[2] / "rules"


def examine(settings: Settings) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine_parts(settings)}


def test_a_sound_machine(settings: Settings) -> None:
    make_state(settings)
    found = examine(settings)
    sound = ("python", "libmagic", "yara-python", "policy", "channels", "rules folder", "state")
    assert [found[part].health for part in sound] == [Health.OK] * len(sound)
    assert "default block" in found["policy"].state
    assert found["clamav"] == Finding(
        "clamav", Health.WARNING, "off", 'Set [clamav] socket = "auto" to use it.'
    )
    assert found["service"].state == "not running"


def test_whatever_is_not_well_has_a_fix(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "probe", lambda _: ("landlock", "seccomp"))
    found = examine(settings)
    assert found["sandbox"].state == "without landlock, seccomp"
    assert found["sandbox"].health is Health.WARNING
    assert found["state"].state.endswith("does not exist yet")
    for finding in found.values():
        assert bool(finding.fix) == (finding.health is not Health.OK), finding


def test_no_clamd(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (doctor, clamav):
        monkeypatch.setattr(module, "find_binary", lambda: None)
    finding = examine(load_settings(write("")).settings)["clamav"]
    assert (finding.health, finding.state) == (Health.BROKEN, "no clamd")
    assert "install the package clamav-daemon" in finding.fix


def test_an_own_clamd_that_does_not_run(write: Write) -> None:
    text = '[clamav]\nofficial_database = "none"'
    found = examine(load_settings(write(text)).settings)
    assert found["clamav"].health is Health.WARNING
    assert found["clamav"].fix == "Run `douane serve`."
    assert found["clamav database"].state == "none"
    assert "freshclam" in found["clamav database"].fix


@pytest.mark.parametrize(
    "answer, health, state",
    [(True, Health.OK, "{}"), (False, Health.WARNING, "{} not loaded"), (None, None, "")],
)
def test_the_signatures_of_an_own_clamd(
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    answer: bool | None,
    health: Health | None,
    state: str,
) -> None:
    async def up(*_: object) -> EngineState:
        return EngineState("up", "ClamAV 1", "fildes", "")

    def has_loaded(_: Management, generation: str) -> bool:
        asked.append(generation)
        if answer is None:
            raise EngineDown
        return answer

    asked: list[str] = []
    monkeypatch.setattr(doctor, "_ask_engine", up)
    monkeypatch.setattr(Management, "has_loaded", has_loaded)
    settings = load_settings(write("")).settings
    make_state(settings)
    embedded = clamav.ClamavDaemon(settings).embedded
    assert embedded is not None
    embedded.refresh()
    embedded.socket.touch()
    found = examine(settings)
    assert asked == [embedded.generation]
    if health is None:
        assert "clamav signatures" not in found
        return
    finding = found["clamav signatures"]
    assert (finding.health, finding.state) == (health, state.format(embedded.generation))
    assert ("douane rules check" in finding.fix) is (health is Health.WARNING)


def test_a_configured_clamd_that_does_not_answer(write: Write) -> None:
    text = '[clamav]\nsocket = "/nonexistent/clamd.sock"'
    finding = examine(load_settings(write(text)).settings)["clamav"]
    assert finding.health is Health.BROKEN
    assert "/nonexistent/clamd.sock" in finding.state
    assert "[clamav] socket" in finding.fix


@pytest.fixture
def answer(settings: Settings) -> Iterator[Callable[[int, object], None]]:
    """An API that answers /v1/health/ready as told."""
    told: list[tuple[int, bytes]] = []

    class Api(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = told[-1]
            assert self.path == "/v1/health/ready"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    make_state(settings)
    addresses = {"api": f"127.0.0.1:{server.server_port}", "icap": "127.0.0.1:1344"}
    settings.addresses_file.write_text(json.dumps(addresses))
    yield lambda status, body: told.append((status, json.dumps(body).encode()))
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_running_service(
    settings: Settings,
    answer: Callable[[int, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # not for addresses of this machine
    answer(200, {"ready": True, "parts": []})
    finding = examine(settings)["service"]
    assert (finding.health, finding.state) == (Health.OK, "ready, ICAP on 127.0.0.1:1344")


def test_a_service_that_is_not_ready_says_which_part(
    settings: Settings, answer: Callable[[int, object], None]
) -> None:
    well = {"part": "ledger", "ok": True, "explanation": ""}
    ill = {"part": "front 0: clamav", "ok": False, "explanation": "no answer"}
    answer(503, {"ready": False, "parts": [well, ill]})
    finding = examine(settings)["service"]
    assert (finding.health, finding.state) == (
        Health.BROKEN,
        "not ready: front 0: clamav: no answer",
    )


def test_records_that_wait_are_a_warning(
    settings: Settings, answer: Callable[[int, object], None]
) -> None:
    away = {"part": "database", "ok": True, "explanation": "7 records wait in the journal."}
    journal = {"part": "journal", "ok": True, "explanation": ""}
    sandbox = {"part": "front 0: sandbox", "ok": True, "explanation": "No landlock."}
    answer(200, {"ready": True, "parts": [away, journal, sandbox]})
    found = examine(settings)
    assert found["service"].health is Health.OK
    assert (found["database"].health, found["database"].state) == (
        Health.WARNING,
        "7 records wait in the journal.",
    )
    assert found["database"].fix
    assert not {"journal", "front 0: sandbox"} & found.keys()


@pytest.mark.parametrize("addresses", ["", "{}", "[]", '{"api": "127.0.0.1:1", "icap": "x"}'])
def test_a_service_that_does_not_answer(settings: Settings, addresses: str) -> None:
    make_state(settings)
    settings.addresses_file.write_text(addresses)
    finding = examine(settings)["service"]
    assert finding.health is Health.BROKEN
    assert finding.state.startswith("does not answer: ")


@pytest.mark.parametrize("body", [{}, [], {"parts": [{}]}])
def test_an_answer_that_nobody_understands(
    settings: Settings, answer: Callable[[int, object], None], body: object
) -> None:
    answer(503, body)
    assert examine(settings)["service"].state.startswith("does not answer: ")


@pytest.mark.parametrize(
    "version, health, state",
    [
        ("ClamAV 1.4.6", Health.WARNING, "none stated"),
        ("ClamAV 1.4.6/27000/Mon Jan  3 08:00:00 2022", Health.WARNING, "27000 of 2022-01-03"),
        (f"ClamAV 1.4.6/27000/{datetime.now(UTC):%a %b %d %H:%M:%S %Y}", Health.OK, "27000 of "),
    ],
)
def test_the_database_of_a_configured_clamd(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, version: str, health: Health, state: str
) -> None:
    async def answer(*_: object) -> EngineState:
        return EngineState("up", version, "fildes", "")

    monkeypatch.setattr("douane.doctor._ask_engine", answer)
    clamav = settings.clamav.model_copy(update={"socket": "/run/clamd.sock"})
    findings = examine_parts(settings.model_copy(update={"clamav": clamav}))
    (database,) = [one for one in findings if one.part == "clamav database"]
    assert database.health is health
    assert state in database.state


def certify(folder: Path, expiry: datetime) -> str:
    certificate = trustme.CA().issue_cert("icap.example", not_after=expiry)
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return '[icaps]\nlisten = "127.0.0.1:0"\ncertificate = "server.pem"\n'


@pytest.mark.parametrize(
    "days, health, state",
    [(60, Health.OK, "valid until "), (7, Health.WARNING, "valid until "),
     (-1, Health.BROKEN, "certificate has expired")],
)  # fmt: skip
def test_the_certificate(
    write: Write, short_folder: Path, *, days: int, health: Health, state: str
) -> None:
    text = certify(short_folder, datetime.now(UTC) + timedelta(days=days))
    finding = examine(load_settings(write(text)).settings)["icaps certificate"]
    assert finding.health is health
    assert state in finding.state
    assert bool(finding.fix) == (health is not Health.OK)


def test_users_and_descriptors(
    write: Write, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(write('[access]\nbasic_users = "users"')).settings
    found = examine(settings)
    assert found["basic users"].health is Health.BROKEN
    assert "douane access add" in found["basic users"].fix
    assert found["connections"] == Finding("connections", Health.OK, "1000 connections")
    (short_folder / "users").write_text("")
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 1024))
    found = examine(settings)
    assert found["basic users"].state == f"0 in {short_folder / 'users'}"
    assert found["connections"].health is Health.WARNING
    assert "LimitNOFILE=" in found["connections"].fix
