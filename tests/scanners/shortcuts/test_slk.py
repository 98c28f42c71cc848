"""Sums are ordinary, formulas that start programs are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.slk import judge_slk

CASES = [
    ('ID;PWXL;N;E\nP;PGeneral\nC;Y1;X1;K3;ESUM(R[1]C:R[2]C)\nC;X2;K"EXEC(1)"\nE', []),
    ('ID;P\nC;X1;Y1;K0;EEXEC("cmd.exe")\nE', ["xlm"]),
    ('ID;P\nO;E\nNN;NAuto_open;ER101C1\nC;X1;Y101;K0;ECALL("a","b")\nE', ["xlm"]),
    ("ID;P\nC;X1;Y1;K0;Ecmd|'/c x'!A0\nE", ["dde"]),
    ('ID;P\nC;X1;Y1;K"a";;E|b"\nE', []),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_slk(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_slk(text)) == expected
