"""Crews of one front change with real workers: prepared, put on duty, sent home, refused."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from douane.processes import roster as roster_module
from douane.processes.roster import Crew, NotPrepared, Roster, build_crew
from douane.settings import Settings
from scanners.clamav.engine import Clamav
from scanners.rules.manifest import ruleset_id
from scanners.worker.pool import ZygoteFailed
from verdicts.model import Direction, Transfer, new_transfer_id, utc_now
from verdicts.rule_file import RuleFileError
from verdicts.spool import Spool, SpoolSpace

RULES = Path(__file__).parents[3] / "rules"
NEW_RULE = """rule MAL_Test_New_Nov26 {
    meta: level = "malicious"
    strings: $a = "a new worm of today"
    condition: filesize < 1KB and $a
}"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    workers = settings.workers.model_copy(update={"count": 1})
    return settings.model_copy(update={"workers": workers})


@pytest.fixture
def newer(short_folder: Path) -> Path:
    """The shipped rules and one more."""
    folder = short_folder / "newer"
    shutil.copytree(RULES, folder)
    (folder / "yara" / "new.yar").write_text(NEW_RULE)
    return folder


@pytest.fixture
async def roster(settings: Settings) -> AsyncIterator[Roster]:
    clamav = Clamav(settings.clamav, "off")
    first = build_crew(settings, RULES, clamav)
    await first.shift.pool.start()
    roster = Roster(settings, clamav, first, lambda crew: None)
    yield roster
    await roster.stop()


async def names_found(crew: Crew, data: bytes, folder: Path) -> set[str]:
    spool = Spool(SpoolSpace(folder, 2**20, 2**20, 2**20))
    spool.write(memoryview(data))
    spool.finish()
    transfer = Transfer(new_transfer_id(), "respmod", Direction.DOWNLOAD, utc_now())
    with crew.shift.at_work() as shift:
        verdict = await shift.scan(transfer, spool.descriptor(), spool.size, time.monotonic())
    spool.close()
    assert not [gap for gap in verdict.unscanned if gap.scanner != "clamav"]
    return {found.name for found in verdict.detections}


async def test_another_rule_set_takes_over(
    roster: Roster, newer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[Crew] = []
    monkeypatch.setattr(roster, "_change", changes.append)
    former = roster.on_duty
    ruleset = ruleset_id(newer)
    await roster.prepare(newer, ruleset)
    assert roster.on_duty is former
    assert changes == []
    with former.shift.at_work():
        roster.take_over(ruleset)
        assert changes == [roster.on_duty]
        assert roster.on_duty.shift.ruleset == ruleset != former.shift.ruleset
        assert await roster.settle(0.01) == 1
        assert "MAL_Test_New_Nov26" not in await names_found(
            former, b"this is a new worm of today", tmp_path
        )
    assert await roster.settle(10) == 0
    assert former.shift.pool.status().alive == 0
    found = await names_found(roster.on_duty, b"this is a new worm of today", tmp_path)
    assert "MAL_Test_New_Nov26" in found
    roster.take_over(ruleset)
    assert changes == [roster.on_duty]


@pytest.mark.parametrize(
    "file, text, error",
    [
        ("policy.toml", "default = 3", RuleFileError),
        ("channels.toml", "[[channel]]", RuleFileError),
        ("yara/broken.yar", "rule x {", ZygoteFailed),
        ("types.toml", "[", RuleFileError),
    ],
)
async def test_a_broken_rule_set_changes_nothing(
    roster: Roster, newer: Path, file: str, text: str, error: type[Exception]
) -> None:
    (newer / file).write_text(text)
    former, ruleset = roster.on_duty, ruleset_id(newer)
    with pytest.raises(error):
        await roster.prepare(newer, ruleset)
    with pytest.raises(NotPrepared):
        roster.take_over(ruleset)
    assert roster.on_duty is former
    assert former.shift.pool.status().alive == 1


async def test_only_what_was_ordered_is_prepared(roster: Roster, newer: Path) -> None:
    """Somebody changed the folder between the order and the reading."""
    with pytest.raises(NotPrepared, match="holds the rule set"):
        await roster.prepare(newer, "0123456789abcdef")


async def test_who_is_not_needed_goes_home(roster: Roster, newer: Path) -> None:
    ruleset = ruleset_id(newer)
    await roster.prepare(newer, ruleset)
    ready = roster._ready
    assert ready is not None
    await roster.discard()
    assert ready.shift.pool.status().alive == 0
    with pytest.raises(NotPrepared):
        roster.take_over(ruleset)


async def test_the_end_waits_for_nobody(roster: Roster, newer: Path) -> None:
    await roster.prepare(newer, ruleset_id(newer))
    former = roster.on_duty
    with former.shift.at_work():
        roster.take_over(ruleset_id(newer))
        async with asyncio.timeout(20):
            await roster.stop()
        assert former.shift.pool.status().alive == 0


async def test_two_orders_to_prepare_leave_one_crew(
    roster: Roster, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor gave up the first; no process of it may stay."""
    made: list[Crew] = []
    build = roster_module.build_crew

    def remember(*words: Any, **terms: Any) -> Crew:
        made.append(build(*words, **terms))
        return made[-1]

    monkeypatch.setattr(roster_module, "build_crew", remember)
    ruleset = ruleset_id(newer)
    await asyncio.gather(roster.prepare(newer, ruleset), roster.prepare(newer, ruleset))
    assert [crew.shift.pool.status().alive for crew in made] == [0, 1]
    await asyncio.gather(roster.prepare(newer, ruleset), roster.discard())
    assert [crew.shift.pool.status().alive for crew in made] == [0, 0, 0]
