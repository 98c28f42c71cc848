"""The ordeal: what libyara cannot end in time, or at all, is named; what is plain passes."""

import pytest

from scanners.rules.ordeal import Ordeal
from scanners.rules.patterns import outline


def problems(expression: str, name: str = "$a") -> list[str]:
    source = f"rule One {{\n strings:\n  {name} = {expression}\n condition: any of them }}"
    found = list(Ordeal().problems("f", outline(source).patterns))
    assert all((one.file, one.line, one.rule) == ("f", 3, "One") and one.fix for one in found)
    return [one.problem for one in found]


@pytest.mark.parametrize(
    "expression, said",
    [
        ("/qwertz(.{1,99}e){1,20}x/s ascii", "$a takes more than 20 ms on 256 bytes"),
        (r"/qwertz(\w+\s*){1,60}x/", "$a takes more than 20 ms on "),
        ("/qwertz[a-z]{0,190}[b-z]{0,190}[^q]{0,190}x/s", "$a takes more than 20 ms on 256 bytes"),
        ("/qwertz.*.*.*.*.*x/s", "$a takes more than 20 ms on "),
        ("/abcd(.{1,200}a.{1,200}){1,30}zz/s", "$a stops the engine on 256 bytes"),
    ],
)
def test_what_does_not_pass(expression: str, said: str) -> None:
    (problem,) = problems(expression)
    assert problem.startswith(said)


@pytest.mark.parametrize("name", ["$a", "$"])
@pytest.mark.parametrize("expression", ["/MSVBVM[56]0/ nocase", r"/port ([0-9]{1,3}\.){3}/ wide"])
def test_what_passes(expression: str, name: str) -> None:
    assert problems(expression, name) == []


def test_what_there_is_no_time_for_is_told() -> None:
    found = outline("rule One { strings: $a = /needle/ $b = /thread/ condition: any of them }")
    (problem,) = Ordeal(seconds=-1).problems("f", found.patterns)
    assert "this one is untried" in problem.problem
