"""douane rules: every group of actions is there, and each action says what it does."""

from collections.abc import Callable

import pytest

Douane = Callable[..., int]


@pytest.mark.parametrize("action", ["check", "test", "list", "show"])
def test_every_action_has_its_help(
    douane: Douane, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        douane("rules", action, "--help")
    assert ended.value.code == 0
    assert f"usage: douane rules {action}" in capsys.readouterr().out


def test_an_action_is_required(douane: Douane) -> None:
    with pytest.raises(SystemExit) as ended:
        douane("rules")
    assert ended.value.code == 2
