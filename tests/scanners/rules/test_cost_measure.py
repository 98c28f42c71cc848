"""Measuring: dear rules stand first with their dearest pattern, each on what its folder admits."""

import subprocess
import sys

import pytest
import yara

from scanners.rules.cost_measure import DEAREST, PIECES, SIZE, contents, measure
from scanners.rules.records import Cost

CHEAP = 'rule Cheap { meta: level = "malicious" strings: $a = "qwertzuiop" condition: $a }\n'
PART = "private rule Part { condition: filesize > 9 }\n"
DEAR = """\
rule Dear : tag {
    meta:
        level = "malicious"
    strings:
        $fine = "needle in a haystack"
        $keys = "needle" xor
    condition:
        Part and any of them
}
"""
PROGRAM = DEAR.replace("Dear", "Program").replace("Part and", "uint16(0) == 0x5A4D and")
KINDS = {"program": [b"MZ" + bytes(20_000)], "text": [b"It was a dark night. " * 1000]}


@pytest.fixture(scope="module")
def cost() -> Cost:
    return measure({"one": CHEAP + PART + DEAR, "pe/two": PROGRAM}, KINDS)


def test_the_dearest_stand_first(cost: Cost) -> None:
    assert {rule.rule for rule in cost.dearest} == {"Cheap", "Dear", "Program"}
    assert cost.dearest[-1].rule == "Cheap"
    dear = next(rule for rule in cost.dearest if rule.rule == "Dear")
    assert (dear.file, dear.line, dear.pattern) == ("yara/one.yar", 3, "$keys")
    assert dear.ms_per_mib > 1
    assert dear.pattern_ms > 1


def test_rules_of_a_folder_cost_only_what_it_admits(cost: Cost) -> None:
    alone = measure({"pe/two": PROGRAM}, KINDS)
    assert alone.yara.kinds["text"] < alone.yara.kinds["program"] / 2
    assert alone.yara.ms_per_mib == pytest.approx(sum(alone.yara.kinds.values()) / 2)


def test_a_rule_whose_first_look_finds_much_pays_for_what_is_tried_then() -> None:
    """Alone it is cheap; every content that it holds up is held against the dear one."""
    frequent = CHEAP.replace("qwertzuiop", "dark night").replace(
        "condition: $a", "condition: $a and #a > 9999"
    )
    found = measure({"one": DEAR.replace("Part and", "$fine and"), "two": frequent}, KINDS)
    spent = {rule.rule: rule.ms_per_mib for rule in found.dearest}
    assert spent["Cheap"] > spent["Dear"] + 1


def test_where_no_code_may_be_made_yara_x_is_left_out() -> None:
    """As below `MemoryDenyWriteExecute=`, in which YARA-X panics; PR_SET_MDWE is Linux 6.3."""
    script = f"""
import ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
from scanners.rules.cost_measure import measure
found = measure({{"one": {CHEAP!r}}}, {{"text": [b"It was a dark night. " * 1000]}})
assert found.yara.ms_per_mib > 0
assert found.yara_x is None
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    if done.returncode == 77:
        pytest.skip("this kernel is too old")
    assert done.returncode == 0, done.stderr


def test_no_more_than_a_few_are_told() -> None:
    many = "".join(CHEAP.replace("Cheap", f"Cheap{number}") for number in range(DEAREST + 5))
    assert len(measure({"many": many}, {"text": KINDS["text"]}).dearest) == DEAREST


def test_a_rule_that_needs_another_is_measured_with_it() -> None:
    needs = 'rule Needs { meta: level = "malicious" condition: Cheap }\n'
    found = measure({"one": CHEAP + needs}, {"text": KINDS["text"]})
    assert {rule.rule: rule.pattern for rule in found.dearest}["Needs"] == ""


def test_contents_are_what_they_are_called() -> None:
    kinds = contents()
    assert all(len(piece) >= SIZE for kind in kinds.values() for piece in kind)
    assert {name: len(kind) for name, kind in kinds.items() if name != "zeros"} == dict.fromkeys(
        ("program", "packed", "text", "picture"), PIECES
    )
    is_program = yara.compile(source="rule One { condition: uint16(0) == 0x5A4D }")
    hit = {name for name, kind in kinds.items() if all(is_program.match(data=one) for one in kind)}
    assert hit == {"program", "packed", "zeros"}
    assert b"import" in b"".join(kinds["text"])
