"""Items 40, 57 and 61: what changes with rules and settings, and how a server stops."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.servers.douane import Douane
from tests.conformance.client import Answer, Ended
from tests.conformance.messages import LETTER, chunks
from tests.conformance.servers import PLAIN, Settings, target_of
from tests.conformance.targets import Target

STOP_SECONDS = 15  # of the 35 that running requests may take
RULES = Path(__file__).parents[2] / "rules"


def test_item_40_same_for_every_request(target: Target) -> None:
    """Every connection, every method, every kind of answer, so every worker as well."""
    tags = {target.ask(target.options().wire).field("ISTag") for _ in range(16)}
    tags |= {target.ask(target.download().allowing(204).wire).field("ISTag") for _ in range(8)}
    tags |= {target.ask(target.download(None).wire).field("ISTag")}
    tags |= {target.ask(target.options("no-such-service").wire, over=False).field("ISTag")}
    if target.inspects:
        tags |= {target.ask(target.virus().wire).field("ISTag")}
    tags.discard("")  # that it may not be missing is item 39
    assert len(tags) == 1, tags


@dataclass(frozen=True, slots=True)
class Said:
    """What one run of a server says of itself."""

    istag: str
    preview: str


@pytest.fixture(scope="module")
def runs(foreign: str) -> Iterator[dict[str, Said]]:
    """Start the server again and again, each time with something changed."""
    if foreign:
        pytest.skip("not shown: it takes settings")
    with tempfile.TemporaryDirectory(prefix="dcf-") as name:
        folder = Path(name)
        rules = folder / "rules"
        shutil.copytree(RULES, rules)
        settings = {**PLAIN, "icap": {"fronts": 1}, "rules": {"directory": str(rules)}}
        narrow = {**settings, "icap": {"fronts": 1, "preview_bytes": 2048}}
        said = {"preview": run(folder / "a", narrow)}
        with (rules / "policy.toml").open("a") as policy:
            policy.write(
                '\n[[clause]]\nname = "one-more"\naction = "block"\nhost = "bad.example"\n'
            )
        said["policy"] = run(folder / "b", settings)
        rule = rules / "yara" / "eicar.yar"
        rule.write_text(rule.read_text().replace("score = 100", "score = 99"))
        said["rules"] = run(folder / "b", settings)
        yield said


def run(folder: Path, settings: Settings) -> Said:
    folder.mkdir(exist_ok=True)
    with Douane(folder, settings) as douane:
        target = target_of(douane)
        answer = target.ask(target.options().wire)
        return Said(answer.field("ISTag"), answer.field("Preview"))


def test_item_40_equal_for_equal_rules(runs: dict[str, Said], target: Target) -> None:
    """Another folder, another size of preview: the verdicts are the same."""
    assert target.ask(target.options().wire).field("ISTag") == runs["preview"].istag


@pytest.mark.parametrize("changed, before", [("policy", "preview"), ("rules", "policy")])
def test_item_40_another_after_a_change(runs: dict[str, Said], changed: str, before: str) -> None:
    assert runs[changed].istag != runs[before].istag


def test_item_57_the_first_answer_after_a_change_shows_it(
    runs: dict[str, Said], target: Target
) -> None:
    assert target.ask(target.options().wire).field("Preview") != "2048"
    assert runs["preview"].preview == "2048"
    assert runs["policy"].istag != runs["preview"].istag


@pytest.fixture
def stopping(
    foreign: str, short_folder: Path
) -> Iterator[tuple[Target, Callable[[], threading.Thread]]]:
    """A server, and the order to stop: a thread that ends when the server has."""
    if foreign:
        pytest.skip("not shown: a foreign server is not stopped")
    with ExitStack() as ends:
        douane = ends.enter_context(Douane(short_folder, {**PLAIN, "icap": {"fronts": 1}}))
        thread = threading.Thread(target=douane.stop)

        def stop() -> threading.Thread:
            thread.start()
            ends.callback(thread.join)
            return thread

        yield target_of(douane), stop


def test_item_61_running_requests_are_answered(
    stopping: tuple[Target, Callable[[], threading.Thread]],
) -> None:
    """Half of a body is in when the order comes; the rest comes afterwards."""
    target, stop = stopping
    lines = [target.connect() for _ in range(20)]
    idle = target.connect()
    idle.send(target.options().wire)
    idle.read()
    for line in lines:
        line.send(target.download(LETTER * 2).head + chunks(LETTER))
    assert lines[0].pending() == b""
    stop()
    assert idle.read_rest() == b"", "an idle connection is closed at once"
    for line in lines:
        line.send(chunks(LETTER) + b"0\r\n\r\n")
    for line in lines:
        with line:
            answer = line.read()
            assert (answer.status, answer.body) == (200, LETTER * 2)
            assert answer.closes
            assert line.read_rest() == b""
    idle.sock.close()


def test_item_61_under_load(stopping: tuple[Target, Callable[[], threading.Thread]]) -> None:
    """Whoever is answered at all is answered in full: with the letter, or with a proper 503.

    Once all clients have gone there is nothing to wait for.
    """
    target, stop = stopping

    def work(_: int) -> list[Answer]:
        answers: list[Answer] = []
        while True:
            try:
                with target.connect() as line:
                    line.send(target.download().wire)
                    answers.append(line.read())
            except (ConnectionError, Ended) as end:
                assert "reset after" not in str(end) or "b''" in str(end), "an answer was cut"
                return answers  # nobody listens any more

    with ThreadPoolExecutor(8) as pool:
        workers = [pool.submit(work, number) for number in range(8)]
        for _ in range(50):
            assert target.ask(target.download().wire).body == LETTER
        stopped = stop()
        answers = [answer for worker in workers for answer in worker.result(30)]
    stopped.join(STOP_SECONDS)
    assert not stopped.is_alive(), "it waits for somebody who has gone"
    assert len(answers) > 50
    for answer in answers:
        assert answer.status == 503 or (answer.status, answer.body) == (200, LETTER)
