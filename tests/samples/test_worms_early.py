"""What a worm specimen holds was published: at least two texts each, or one and its runtime."""

import pytest

from samples.worms_early import EARLY_WORMS, Worm


@pytest.mark.parametrize("worm", EARLY_WORMS, ids=[worm.family for worm in EARLY_WORMS])
def test_each_has_two_texts_and_a_rule(worm: Worm) -> None:
    assert len(set(worm.strings)) == len(worm.strings) >= 2
    assert worm.rule.startswith(("MAL_Worm_", "SUSP_Worm_"))


def test_the_worm_that_the_articles_describe_is_there() -> None:
    assert "Upering" in {worm.family for worm in EARLY_WORMS}


def test_published_sizes_are_kept() -> None:
    sizes = {worm.family: worm.size for worm in EARLY_WORMS if worm.size}
    assert sizes == {"Choke": 40_960, "Choke.c": 49_152, "Upering": 65_536, "Bropia": 188_928}
