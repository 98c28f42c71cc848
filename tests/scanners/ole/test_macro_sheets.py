"""Macro sheets: suspicious is what runs by itself and starts something."""

import pytest

from scanners.ole.macro_sheets import MacroSheets

CASES = {
    "starts a program": ("Auto_Open", ["EXEC"], False, False),
    "another name": ("auto_open_42", ["CALL"], False, False),
    "as Excel writes the name": ("_xlnm.Auto_Close", ["REGISTER"], False, False),
    "writes formulas on a hidden sheet": ("Auto_Open", ["FORMULA"], True, False),
    "writes formulas in sight": ("Auto_Open", ["FORMULA"], False, True),
    "runs if asked to": ("Total", ["EXEC"], True, True),
    "does nothing": ("Auto_Open", ["HALT"], True, True),
}


@pytest.mark.parametrize("name, functions, hidden, harmless", CASES.values(), ids=CASES)
def test_findings(name: str, functions: list[str], hidden: bool, harmless: bool) -> None:
    macros = MacroSheets({"Macro1": None}, hidden, functions=dict.fromkeys(functions))
    macros.add_name(name)
    (finding,) = macros.findings()
    assert finding.harmless is harmless
    assert "Macro1" in finding.said


def test_no_macro_sheet_no_finding() -> None:
    macros = MacroSheets(functions={"EXEC": None})
    macros.add_name("Auto_Open")
    assert list(macros.findings()) == []
