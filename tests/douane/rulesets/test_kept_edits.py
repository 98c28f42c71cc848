"""What was edited over REST outlives the folder, or goes with everybody's knowledge."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from douane.rulesets.desk import RulesDesk
from tests.douane.rulesets.orders import ShadowDouble, order
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import Status
from verdicts.rulesets.store import Store

LINE = f"{'a' * 64}  never  ann  a worm\n"
TOLD = "blocked.txt: aaaaaaaaaaaaaaaa added: a worm (ann)"
HandIn = Callable[..., str]


@pytest.fixture
def hand_in(tmp_path: Path) -> HandIn:
    """Put a set where orders may name it: a word in its policy, and a list."""
    incoming = tmp_path / "rulesets" / "incoming"
    incoming.mkdir(parents=True)
    made = iter(range(100))

    def hand_in(word: str, blocked: str = "", policy: str = "") -> str:
        folder = incoming / f"{next(made):016x}"
        folder.mkdir()
        (folder / "policy.toml").write_text(policy or "# policy\n")
        (folder / "members.txt").write_text(f"{word}\n")
        (folder / "blocked.txt").write_text(blocked or "# nobody\n")
        return str(folder)

    return hand_in


class Edited:
    """A desk on which a set is active, and one block was put on it over REST."""

    def __init__(self, desk: RulesDesk, store: Store, hand_in: HandIn) -> None:
        self.desk, self.store, self.hand_in = desk, store, hand_in
        self.said: list[str] = []
        self.first = ""

    async def do(self, action: str, **terms: Any) -> dict[str, object]:
        drop = terms.pop("drop", False)
        ordered = replace(order(action, **terms), drop_edits=drop)
        return await self.desk.carry_out(ordered, self.said.append)

    async def edit(self, folder: str) -> dict[str, object]:
        active = self.store.find("active").id
        ordered = replace(order("activate", folder=folder), edited=active)
        return await self.desk.carry_out(ordered, self.said.append)

    def file(self, name: str = "blocked.txt") -> str:
        return (self.store.folder(self.store.find("active").id) / name).read_text()


@pytest.fixture
async def site(desk: RulesDesk, store: Store, hand_in: HandIn) -> Edited:
    made = Edited(desk, store, hand_in)
    made.first = str((await made.do("activate", folder=hand_in("one")))["id"])
    await made.edit(hand_in("one", LINE))
    return made


async def test_a_block_outlives_the_folder(site: Edited) -> None:
    done = await site.do("activate", folder=site.hand_in("two"))
    assert (site.file(), site.file("members.txt")) == (f"# nobody\n{LINE}", "two\n")
    assert (done["kept_edits"], done["id"]) == ([TOLD], site.store.find("active").id)
    assert f"kept, as it was edited over REST: {TOLD}" in site.said
    again = await site.do("activate", folder=site.hand_in("three"))
    assert (again["kept_edits"], site.file()) == ([TOLD], f"# nobody\n{LINE}")


async def test_the_folder_that_is_watched(site: Edited, world: Any, tmp_path: Path) -> None:
    folder = Path(site.hand_in("watched"))
    done = await site.desk.activate_folder(folder, world.step("saved"))
    assert (done["kept_edits"], site.file()) == ([TOLD], f"# nobody\n{LINE}")


async def test_who_drops_it_says_so_and_is_told(site: Edited) -> None:
    done = await site.do("activate", folder=site.hand_in("two"), drop=True)
    assert (done["dropped_edits"], site.file()) == ([TOLD], "# nobody\n")
    assert f"dropped, though edited over REST: {TOLD}" in site.said
    assert "kept_edits" not in await site.do("activate", folder=site.hand_in("three"))


async def test_what_the_folder_has_taken_over_is_the_folder_s(site: Edited) -> None:
    """Also if it then is what is active: who takes the line out later means it."""
    await site.do("activate", folder=site.hand_in("one", LINE))
    done = await site.do("activate", folder=site.hand_in("one"))
    assert (site.file(), "kept_edits" in done) == ("# nobody\n", False)


async def test_a_set_that_is_only_handed_in_takes_nothing_over(site: Edited) -> None:
    await site.do("check", folder=site.hand_in("one", LINE))
    done = await site.do("activate", folder=site.hand_in("one"))
    assert done["kept_edits"] == [TOLD]


async def test_a_stored_set_and_a_staged_one(site: Edited, shadow: ShadowDouble) -> None:
    """The trial is of what would become active; it ends when that does, edited once more."""
    staged = await site.do("stage", folder=site.hand_in("two"))
    assert (staged["kept_edits"], shadow.sits) == ([TOLD], staged["id"])
    await site.edit(site.hand_in("one", LINE + LINE.replace("a" * 64, "b" * 64)))
    done = await site.do("activate", ruleset="staged")
    assert done["kept_edits"] == [TOLD.replace("a" * 16, "b" * 16)]
    assert site.file().count("never") == 2
    assert (site.store.staged, shadow.sits) == (None, "")
    assert site.store.find(str(staged["id"])).status is Status.CHECKED


async def test_a_roll_back_takes_an_edit_back_and_says_so(site: Edited) -> None:
    done = await site.do("rollback")
    assert (done["id"], done["dropped_edits"]) == (site.first, [TOLD])
    done = await site.do("activate", folder=site.hand_in("two"))
    assert ("kept_edits" in done, site.file()) == (False, "# nobody\n")


async def test_a_roll_back_to_an_edited_set_knows_its_edits(site: Edited) -> None:
    await site.do("activate", folder=site.hand_in("two"))
    assert "dropped_edits" not in await site.do("rollback")
    assert (await site.do("activate", folder=site.hand_in("three")))["kept_edits"] == [TOLD]


async def test_what_both_changed_is_refused(site: Edited, world: Any, events: list[Any]) -> None:
    await site.edit(site.hand_in("one", LINE, "# over REST\n"))
    active = site.store.find("active").id
    before = list(world.did)
    with pytest.raises(OrderRefused, match=r"policy\.toml: replaced.*--drop-edits"):
        await site.do("activate", folder=site.hand_in("two", policy="# in the folder\n"))
    assert site.store.find("active").id == active
    assert "prepare" not in world.did[len(before) :]
    assert events[-1].data["action"] == "refused"
    kept = await site.do("activate", folder=site.hand_in("two"))
    assert len(kept["kept_edits"]) == 2  # type: ignore[arg-type]
    assert site.file("policy.toml") == "# over REST\n"


async def test_an_edit_of_what_is_active_no_more(site: Edited) -> None:
    """Between the copy and the order somebody else was quicker."""
    late = replace(order("activate", folder=site.hand_in("x")), edited=site.first)
    with pytest.raises(OrderRefused, match="become active meanwhile"):
        await site.desk.carry_out(late, site.said.append)


async def test_edits_that_nobody_can_name_are_not_lost_in_silence(
    site: Edited, store: Store
) -> None:
    (store.folder(site.first) / "blocked.txt").chmod(0o644)
    (store.folder(site.first) / "blocked.txt").write_text("damaged\n")
    with pytest.raises(OrderRefused, match="nobody can say"):
        await site.do("activate", folder=site.hand_in("two"))
    done = await site.do("activate", folder=site.hand_in("two"), drop=True)
    assert "whatever they were" in str(done["dropped_edits"])
