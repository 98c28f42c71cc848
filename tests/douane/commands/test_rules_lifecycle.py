"""douane rules stage, unstage, activate, rollback: the order that is given, and what is shown."""

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from douane.commands.rules_lifecycle import login_name
from douane.settings import Settings
from douane.settings_file import load_settings
from douane.state import lock_state
from scanners.rules.manifest import ruleset_id
from scanners.rules.records import Problem
from verdicts.rulesets.bundle import pack
from verdicts.rulesets.handover import handed_over
from verdicts.rulesets.order_socket import OrderSocket, Say
from verdicts.rulesets.orders import SOCKET, Order, OrderRefused
from verdicts.rulesets.records import Status
from verdicts.rulesets.store import Store

Douane = Callable[..., int]
OWN = '[rules]\ndirectory = "rules"'


class Supervisor:
    """Takes orders as a service would, and remembers them."""

    def __init__(self, settings: Settings) -> None:
        self.top = settings.rulesets_directory
        self.orders: list[tuple[str, str, str, str]] = []
        """Action, actor, note, and the id of what it is about."""
        self.uids: list[int] = []
        self.drops: list[bool] = []
        self.refusal: OrderRefused | None = None
        self.audited = True

    async def carry_out(self, order: Order, say: Say) -> dict[str, object]:
        meant = order.ruleset
        if order.folder:
            folder = handed_over(self.top, order.folder)
            meant = ruleset_id(folder)
            shutil.rmtree(folder)
        self.uids.append(order.uid)
        self.drops.append(order.drop_edits)
        self.orders.append((order.action, order.actor, order.note, meant))
        say("working \x1b[2J…")
        if self.refusal is not None:
            raise self.refusal
        return {"id": meant or "f" * 16, "status": order.action, "audited": self.audited}


@pytest.fixture
def settings(write: Callable[[str], Path]) -> Settings:
    return load_settings(write(OWN)).settings


@pytest.fixture
def rules(settings: Settings) -> str:
    """Write the folder of rules; return its id."""
    settings.rules.directory.mkdir()
    (settings.rules.directory / "policy.toml").write_text("# rules")
    return ruleset_id(settings.rules.directory)


@pytest.fixture
def service(settings: Settings) -> Iterator[Supervisor]:
    lock = lock_state(settings)
    supervisor = Supervisor(settings)
    with _serving(settings, supervisor):
        yield supervisor
    os.close(lock)


@contextmanager
def _serving(settings: Settings, supervisor: Supervisor) -> Iterator[None]:
    ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        socket = OrderSocket(settings.run_directory / SOCKET, supervisor.carry_out)
        await socket.start()
        ready.set()
        await stop.wait()
        await socket.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def stored(settings: Settings, tmp_path: Path) -> str:
    """Return the id of a checked set in the store."""
    (tmp_path / "stored").mkdir()
    (tmp_path / "stored" / "policy.toml").write_text("# stored")
    store = Store(settings.rulesets_directory)
    one = store.take_in(tmp_path / "stored", author="a", note="", origin="o")
    store.mark(one.id, Status.CHECKED, actor="a")
    return one.id


def test_who_ordered_it_is_not_what_they_say(
    douane: Douane, service: Supervisor, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The audit, which the service writes, has the kernel's word; a row that waits is said."""
    assert douane("rules", "activate", "--actor", "alice", toml=OWN) == 0
    assert service.uids == [os.getuid()]
    assert "audit" not in capsys.readouterr().err
    service.audited = False
    assert douane("rules", "activate", toml=OWN) == 0
    assert "it is not in the audit yet" in capsys.readouterr().err


def test_edits_are_dropped_only_if_somebody_says_so(
    douane: Douane, service: Supervisor, rules: str
) -> None:
    for words in (("activate",), ("activate", "--drop-edits"), ("stage", "--drop-edits")):
        assert douane("rules", *words, toml=OWN) == 0
    assert service.drops == [False, True, True]
    with pytest.raises(SystemExit):
        douane("rules", "rollback", "--drop-edits", toml=OWN)


def test_the_folder_of_rules_is_meant_if_nothing_else_is(
    douane: Douane, service: Supervisor, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("rules", "stage", "--actor", "alice", toml=OWN) == 0
    assert douane("rules", "activate", "--note", "new wave", toml=OWN) == 0
    assert service.orders == [
        ("stage", "alice", "", rules),
        ("activate", login_name(), "new wave", rules),
    ]
    assert list((service.top / "incoming").iterdir()) == []
    text = capsys.readouterr().out
    assert "working \\x1b[2J…\n" in text
    assert text.endswith(f"rule set {rules} is activate\n")


def test_what_is_staged_is_activated(
    douane: Douane, service: Supervisor, rules: str, stored: str
) -> None:
    Store(service.top).mark(stored, Status.STAGED, actor="a")
    assert douane("rules", "activate", toml=OWN) == 0
    assert service.orders[-1][3] == stored


def test_a_stored_set_a_folder_or_a_bundle(
    douane: Douane,
    service: Supervisor,
    rules: str,
    stored: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = service.top.parents[1]
    monkeypatch.chdir(folder)
    pack(folder / "rules", folder / "bundle.tar.gz", None)
    (folder / stored).mkdir()  # who means a folder of that name writes ./
    for what, meant in [
        (stored[:6], stored),
        (stored, stored),
        ("rules", rules),
        ("./rules", rules),
        (folder / "rules", rules),
        ("bundle.tar.gz", rules),
    ]:
        assert douane("rules", "activate", what, toml=OWN) == 0
        assert service.orders[-1][3] == meant


def test_back_and_out(douane: Douane, service: Supervisor, stored: str) -> None:
    assert douane("rules", "unstage", "--actor", "a", toml=OWN) == 0
    assert douane("rules", "rollback", "--actor", "a", toml=OWN) == 0
    assert douane("rules", "rollback", stored[:5], "--actor", "a", toml=OWN) == 0
    expected = [("unstage", ""), ("rollback", ""), ("rollback", stored)]
    assert [(action, meant) for action, _, _, meant in service.orders] == expected


def test_a_refusal_shows_every_problem(
    douane: Douane, service: Supervisor, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service.refusal = OrderRefused(
        "it has 2 problems",
        (Problem("a.yar", 1, "A", "x", "y"), Problem("b", 0, "", "\x1b", "z")),
    )
    assert douane("rules", "activate", toml=OWN) == 1
    out, err = capsys.readouterr()
    assert out.endswith("a.yar:1: A: x; y\nb: \\x1b; z\n")
    assert err == "douane: refused: it has 2 problems; nothing changed\n"


@pytest.mark.parametrize(
    "words, said",
    [
        (("activate", "dead"), "there is no rule set dead"),
        (("activate", "./none"), "there is no folder or bundle ./none"),
        (("rollback", "rules"), "names no rule set"),
        (("stage", "/dev/null"), "no rule set"),
    ],
)
def test_what_means_nothing(
    douane: Douane,
    service: Supervisor,
    words: tuple[str, str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert douane("rules", *words, toml=OWN) == 2
    assert said in capsys.readouterr().err
    assert service.orders == []


def test_without_a_service(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("rules", "activate", toml=OWN) == 2
    text = capsys.readouterr().err
    assert "no service runs on" in text
    assert "`douane serve`" in text
    assert "`douane rules check`" in text


def test_a_service_that_takes_no_orders_yet(
    douane: Douane, settings: Settings, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = lock_state(settings)
    assert douane("rules", "activate", toml=OWN) == 2
    os.close(lock)
    assert "is `douane serve` running?" in capsys.readouterr().err
    assert list((settings.rulesets_directory / "incoming").iterdir()) == []


def test_who_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "alice")
    assert login_name() == "alice"
    for name in ("SUDO_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert login_name() == "uid 4000000"
