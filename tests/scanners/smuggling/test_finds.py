"""What was found in one file, told once."""

import pytest

from scanners.errors import TooManyMembers
from scanners.model import Code, Content, DetectionLevel, Reason
from scanners.smuggling.finds import MOST, Finds
from tests.scanners.conftest import MakeBudget


def test_the_same_is_told_once(new_budget: MakeBudget) -> None:
    finds = Finds(Content(memoryview(b"abc"), path=("a",)), "x", new_budget())
    for _ in range(2):
        finds.detect(Code.EMBEDDED_EXECUTABLE, "pe", "said", suspicious=True)
    finds.detect(Code.EMBEDDED_EXECUTABLE, "pe", "said", suspicious=False)
    assert [found.level for found in finds.report().detections] == [
        DetectionLevel.SUSPICIOUS,
        DetectionLevel.INFO,
    ]
    assert finds.is_new(3)
    assert not finds.is_new(3)


def test_children_are_members_of_the_budget(new_budget: MakeBudget) -> None:
    budget = new_budget(members=5)
    finds = Finds(Content(memoryview(b"abc"), path=("a",)), "x", budget)
    finds.hand_out("pe at 1", memoryview(b"bc"))
    finds.gap(Reason.TOO_MANY)
    report = finds.report()
    assert [(child.path, bytes(child.view)) for child in report.children] == [
        (("a", "pe at 1"), b"bc")
    ]
    assert [gap.path for gap in report.unscanned] == [("a",)]
    assert budget.members_left == 4


def test_what_is_beyond_the_limit_is_a_gap(new_budget: MakeBudget) -> None:
    finds = Finds(Content(memoryview(b"abc")), "x", new_budget(members=2 * MOST))
    for number in range(MOST):
        finds.hand_out(f"pe at {number}", memoryview(b"a"))
    with pytest.raises(TooManyMembers):
        finds.hand_out("one more", memoryview(b"a"))
