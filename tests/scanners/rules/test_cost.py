"""What rules may cost: the limit grows with what the machine takes for one rule, and no faster."""

from dataclasses import replace
from pathlib import Path

import pytest

from scanners.rules.cost import MOST_MS, ONE_RULE_MS, cost_problems, measure_cost
from scanners.rules.records import Cost, EngineCost, RuleCost
from scanners.rules.throwaway import ThrowawayFailed

DEAREST = tuple(RuleCost(f"MAL_{n}_Nov26", "yara/a.yar", 1, 2.0, f"${n}", 1.0) for n in range(9))


def cost(yara: float, yara_x: float, one_rule: float = ONE_RULE_MS) -> Cost:
    kinds = [{"zeros": 0.1, "text": ms} for ms in (yara, yara_x)]
    engines = [EngineCost(sum(costs.values()) / len(costs), costs) for costs in kinds]
    return Cost(engines[0], engines[1], one_rule, DEAREST)


def test_a_cheap_set_has_no_problem() -> None:
    assert list(cost_problems(cost(MOST_MS, MOST_MS))) == []


@pytest.mark.parametrize(
    "yara, yara_x, engine", [(3.2, 1, "yara-python"), (1, 3.2, "YARA-X"), (9, 1, "yara-python")]
)
def test_a_dear_one_names_where_to_begin(yara: float, yara_x: float, engine: str) -> None:
    (problem,) = cost_problems(cost(yara, yara_x))
    said = f"all rules take {max(yara, yara_x):.1f} ms a MiB of kind text in {engine}"
    assert problem.problem == f"{said}, more than 3.0"
    assert "MAL_0_Nov26 ($0), MAL_1_Nov26 ($1), MAL_2_Nov26 ($2): " in problem.fix


@pytest.mark.parametrize(
    "turns, kept, asked",
    [((1.0,), 1.0, 1), ((9.0, 1.0), 1.0, 2), ((9.0, 8.0, 7.0), 9.0, 3)],
)
def test_what_seems_too_dear_is_measured_again(
    turns: tuple[float, ...], kept: float, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = list(turns)
    monkeypatch.setattr("scanners.rules.cost._measured", lambda _: cost(left.pop(0), 1.0))
    assert measure_cost(Path("rules")) == cost(kept, 1.0)
    assert len(turns) - len(left) == asked


def test_an_engine_that_may_not_run_is_not_judged() -> None:
    assert list(cost_problems(replace(cost(MOST_MS, 9), yara_x=None))) == []


def test_slow_machines_may_take_longer_and_fast_ones_gain_nothing() -> None:
    assert list(cost_problems(cost(5.9, 5.9, one_rule=2 * ONE_RULE_MS))) == []
    assert len(list(cost_problems(cost(6.1, 6.1, one_rule=2 * ONE_RULE_MS)))) == 2
    assert len(list(cost_problems(cost(3.1, 3.1, one_rule=0.1)))) == 2


def test_it_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "yara").mkdir()
    rule = 'rule One { strings: $a = "needle" condition: $a }'
    (tmp_path / "yara" / "one.yar").write_text(rule)
    with pytest.raises(ThrowawayFailed, match="level must be"):  # as it would not be served
        measure_cost(tmp_path)
    rule = rule.replace("strings", 'meta: level = "malicious" strings')
    (tmp_path / "yara" / "one.yar").write_text(rule)
    measured = measure_cost(tmp_path)
    assert [(one.rule, one.line, one.pattern) for one in measured.dearest] == [("One", 1, "$a")]
    assert 0 < measured.one_rule < 50
    assert set(measured.yara.kinds) == {"program", "packed", "zeros", "text", "picture"}
