"""The throw-away process limits itself and finds the lines of rules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yara

from scanners.rules.trial import CPU_SECONDS, MEMORY_BYTES, compile_messages, line_of_rule

ROOT = Path(__file__).parents[3]
TEXT = 'import "pe"\n\nrule One { condition: true }\nprivate rule Two : tag {\n}\n'


@pytest.mark.parametrize(
    "name, line", [("One", 3), ("Two", 4), ("Three", 0), ("On", 0), ("T.o", 0)]
)
def test_line_of_rule(name: str, line: int) -> None:
    assert line_of_rule(TEXT, name) == line


def test_it_prints_findings_as_json(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scanners.rules.trial", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout) == {"problems": [], "tests": []}


def test_limits_hold() -> None:
    code = (
        "import resource, scanners.rules.trial as t; t.limit_this_process();"
        "print(*(resource.getrlimit(r)[1] for r in"
        " (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.split() == [b"%d" % MEMORY_BYTES, b"%d" % CPU_SECONDS, b"0"]


def test_memory_is_bounded() -> None:
    code = f"import scanners.rules.trial as t; t.limit_this_process(); bytes({MEMORY_BYTES})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


def test_compile_messages() -> None:
    warnings = ["line 3: slow", "no place"]
    assert compile_messages(yara.WarningError(warnings)) == [(3, "slow"), (0, "no place")]
    assert compile_messages(yara.SyntaxError("line 1: bad\nthing")) == [(1, "bad\nthing")]
    assert compile_messages(yara.Error()) == [(0, "")]
