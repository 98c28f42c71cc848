"""What the fronts counted together."""

from verdicts.shadow_status import ShadowStatus, total

ZEROS = dict.fromkeys(("compared", "would_block", "would_pass", "skipped", "failed", "unlisted"), 0)


def test_no_front_tries_the_set() -> None:
    assert total([], "aa") == ZEROS
    assert total([None, ShadowStatus("bb", compared=5)], "aa") == ZEROS


def test_fronts_are_added_up() -> None:
    fronts = [ShadowStatus("aa", 3, 1), None, ShadowStatus("aa", 4, 0, 2, skipped=1, unlisted=7)]
    assert total(fronts, "aa") == {
        **ZEROS,
        "compared": 7,
        "would_block": 1,
        "would_pass": 2,
        "skipped": 1,
        "unlisted": 7,
    }
