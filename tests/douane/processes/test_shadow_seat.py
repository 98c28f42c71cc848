"""The seat of the staged set in a front, with real workers."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from douane.processes.roster import NotPrepared, build_crew
from douane.processes.shadow_seat import ShadowSeat
from douane.settings import Settings
from scanners.clamav.engine import Clamav
from scanners.rules.manifest import ruleset_id
from scanners.worker.pool import ZygoteFailed
from verdicts.cache import VerdictCache
from verdicts.inspect import Inspection
from verdicts.model import Direction, Transfer, VerdictRecord, new_transfer_id, utc_now
from verdicts.spool import Spool, SpoolSpace

RULES = Path(__file__).parents[3] / "rules"
NEW_RULE = """rule MAL_Test_New_Nov26 {
    meta: level = "malicious"
    strings: $a = "a new worm of today"
    condition: filesize < 1KB and $a
}"""


class NoLedger:
    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        pass

    def record_now(self, record: VerdictRecord) -> bool:
        return True


@pytest.fixture
async def inspection(settings: Settings) -> AsyncIterator[Inspection]:
    crew = build_crew(settings, RULES, Clamav(settings.clamav, "off"), workers=1)
    await crew.shift.pool.start()
    yield Inspection(crew.shift, VerdictCache(0), NoLedger(), str)
    await crew.shift.pool.stop()


@pytest.fixture
async def seat(settings: Settings, inspection: Inspection) -> AsyncIterator[ShadowSeat]:
    seat = ShadowSeat(settings, Clamav(settings.clamav, "off"), inspection)
    yield seat
    await seat.end()


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(RULES, tmp_path / "staged"))
    (folder / "yara" / "new.yar").write_text(NEW_RULE)
    return folder


async def test_a_staged_rule_is_tried(
    seat: ShadowSeat, inspection: Inspection, staged: Path, tmp_path: Path
) -> None:
    await seat.begin(staged, ruleset_id(staged), "")
    await seat.begin(staged, ruleset_id(staged), "")
    assert len(inspection.bystanders) == 1
    spool = Spool(SpoolSpace(tmp_path, 2**20, 2**20, 2**20))
    spool.write(memoryview(b"this is a new worm of today"))
    spool.finish()
    transfer = Transfer(new_transfer_id(), "respmod", Direction.DOWNLOAD, utc_now())
    record = await inspection.inspect(transfer, spool)
    spool.close()
    async with asyncio.timeout(20):
        while not (events := seat.fetch()):  # noqa: ASYNC110 it tells nobody when it is done
            await asyncio.sleep(0.01)
    assert record.ruling.verdict.detections == ()
    assert [event.data["names"] for event in events] == [["MAL_Test_New_Nov26"]]
    assert seat.status is not None
    assert (seat.status.ruleset, seat.status.would_block) == (ruleset_id(staged), 1)
    await seat.end()
    assert (inspection.bystanders, seat.fetch()) == ([], [])
    assert not seat.status


async def test_one_that_does_not_load_leaves_the_seat_empty(
    seat: ShadowSeat, inspection: Inspection, staged: Path
) -> None:
    (staged / "yara" / "broken.yar").write_text("rule {")
    with pytest.raises(ZygoteFailed):
        await seat.begin(staged, ruleset_id(staged), "/nonexistent/clamd.sock")
    with pytest.raises(NotPrepared):
        await seat.begin(RULES, "0123456789abcdef", "")
    assert (seat.status, inspection.bystanders) == (None, [])
