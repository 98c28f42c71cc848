"""Later worms: other families than the early ones, and as well documented."""

import pytest

from samples.worms_early import EARLY_WORMS, Worm
from samples.worms_later import LATER_WORMS


@pytest.mark.parametrize("worm", LATER_WORMS, ids=[worm.family for worm in LATER_WORMS])
def test_each_has_two_texts_and_a_rule(worm: Worm) -> None:
    assert len(set(worm.strings)) == len(worm.strings) >= 2
    assert worm.rule.startswith(("MAL_", "SUSP_"))


def test_no_family_stands_in_both() -> None:
    early = {worm.family for worm in EARLY_WORMS}
    assert early.isdisjoint(worm.family for worm in LATER_WORMS)
