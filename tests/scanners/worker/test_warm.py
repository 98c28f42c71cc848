"""Warming shows every specimen to the examiner, the way a worker does it."""

from collections import Counter
from collections.abc import Callable

import pytest

from samples.catalogue import specimens
from scanners.budget import Budget
from scanners.model import Content, Examination, Extracted, Reason, Unscanned
from scanners.settings import Limits
from scanners.worker.warm import warm_up

Count = Callable[[], Counter[str]]


def test_every_specimen_is_seen_and_nothing_left_open(open_descriptors: Count) -> None:
    seen: list[tuple[str, bytes]] = []

    def examiner(content: Content, budget: Budget) -> Examination:
        seen.append((content.name, bytes(content.view)))
        return Examination(extracted=(Extracted(content.view[:10], ("x",)),))

    before = open_descriptors()
    assert warm_up(examiner, Limits()) == ()
    assert seen == [(specimen.name, specimen.data) for specimen in specimens()]
    assert not open_descriptors() - before


def test_an_examiner_that_cannot_work_is_not_hidden_from_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def examiner(content: Content, budget: Budget) -> Examination:
        if content.name == "choke.exe":
            return Examination(unscanned=(Unscanned("pe", Reason.TIMED_OUT),))
        raise KeyError("a scanner is broken")

    crashed = warm_up(examiner, Limits())
    assert set(crashed) == {one.name for one in specimens()} - {"choke.exe"}
    assert "a scanner is broken" in capsys.readouterr().err
