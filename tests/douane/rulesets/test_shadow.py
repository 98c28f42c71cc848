"""The supervisor's side of the shadow: all fronts, and a clamd for signatures of its own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from douane.processes.duty import OrderFailed
from douane.rulesets.shadow import ShadowPost
from douane.settings import Settings
from douane.state import make_state
from scanners.clamav.address import parse_address
from scanners.clamav.management import Management
from verdicts.rulesets.orders import OrderRefused

RULES = Path(__file__).parents[3] / "rules"
SIGNATURE = "Douane.Worm.Staged:0:*:" + b"only the staged set finds this".hex() + "\n"


class FrontsDouble:
    def __init__(self) -> None:
        self.orders: list[tuple[str, dict[str, object]]] = []
        self.fault = ""

    async def order(self, word: str, patience: float, **fields: object) -> list[object]:
        self.orders.append((word, fields))
        if self.fault:
            raise OrderFailed(self.fault)
        return []

    async def each(self, word: str, patience: float, **fields: object) -> list[object]:
        self.orders.append((word, fields))
        return []


@pytest.fixture
def fronts() -> FrontsDouble:
    return FrontsDouble()


@pytest.fixture
async def post(settings: Settings, fronts: Any) -> AsyncIterator[ShadowPost]:
    """With a clamd of its own allowed; none is started for equal signatures."""
    own = settings.model_copy(
        update={"clamav": settings.clamav.model_copy(update={"socket": "auto"})}
    )
    make_state(own)
    post = ShadowPost(own, fronts)
    yield post
    await post.stop()


@pytest.fixture
def staged(short_folder: Path) -> Path:
    return Path(shutil.copytree(RULES, short_folder / "staged"))


async def test_equal_signatures_need_no_clamd(
    post: ShadowPost, fronts: FrontsDouble, staged: Path
) -> None:
    await post.start(staged, "r2", RULES)
    expected = {"folder": str(staged), "ruleset": "r2", "clamav_socket": ""}
    assert fronts.orders == [("shadow", expected)]
    await post.follow()
    assert fronts.orders == [("shadow", expected)] * 2
    await post.stop()
    await post.stop()
    await post.follow()
    assert fronts.orders[2:] == [("end_shadow", {})]


async def test_one_that_a_front_cannot_load(
    post: ShadowPost, fronts: FrontsDouble, staged: Path
) -> None:
    fronts.fault = "rule X does not hit"
    with pytest.raises(OrderRefused, match="cannot be tried: rule X does not hit"):
        await post.start(staged, "r2", RULES)
    assert fronts.orders[-1] == ("end_shadow", {})
    fronts.fault = ""
    await post.follow()
    assert len(fronts.orders) == 2


@pytest.mark.server
async def test_other_signatures_get_a_clamd(
    post: ShadowPost, fronts: FrontsDouble, staged: Path
) -> None:
    (staged / "clamav" / "staged.ndb").write_text(SIGNATURE)
    await post.start(staged, "r2", RULES)
    socket = str(fronts.orders[0][1]["clamav_socket"])
    Management(parse_address(socket)).ping()
    await post.stop()
    with pytest.raises(Exception, match="clamd at"):
        Management(parse_address(socket)).ping()


@pytest.mark.server
async def test_signatures_that_clamd_does_not_load(
    post: ShadowPost, fronts: FrontsDouble, staged: Path
) -> None:
    (staged / "clamav" / "staged.ndb").write_text("no signature at all")
    with pytest.raises(OrderRefused, match="clamd-shadow does not start"):
        await post.start(staged, "r2", RULES)
    assert fronts.orders == []


async def test_without_signatures_there_is_nothing_to_load(
    post: ShadowPost, fronts: FrontsDouble, staged: Path
) -> None:
    shutil.rmtree(staged / "clamav")
    await post.start(staged, "r2", RULES)
    assert fronts.orders[0][1]["clamav_socket"] == "off"
