"""What YARA-X says of a rule that libyara takes: it is stricter, and explains itself better.

Rules that both engines take can move to YARA-X one day, and can be shared with those who did.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import yara_x

from scanners.rules.patterns import Outline
from scanners.rules.records import Problem

SPARED = {"text_as_hex", "unintended_pattern_in_set"}
"""Warnings that are no fault here: EICAR is written in hex so that no file holds it whole, and a
rule may ask for four of a set and for certain ones among them."""
MAX_WARNINGS = 50
"""Of one file."""
Part = Mapping[str, object]


def second_opinion(file: str, source: str, found: Outline) -> Iterator[Problem]:
    """Yield all errors and warnings of YARA-X; slow patterns are errors."""
    compiler = yara_x.Compiler(error_on_slow_pattern=True, includes_enabled=False)
    compiler.max_warnings(MAX_WARNINGS)
    with contextlib.suppress(yara_x.CompileError):  # errors() has them all
        compiler.add_source(source, origin=file)
    for said in cast("Sequence[Part]", (*compiler.errors(), *compiler.warnings())):
        if said["code"] not in SPARED:
            line = cast("int", said["line"])
            problem = f"YARA-X: {said['title']} ({said['code']})"
            yield Problem(file, line, found.rule_at(line), problem, _fix(said))


def _fix(said: Part) -> str:
    """Return what YARA-X advises, else where it points."""
    advice, places = (
        [str(part["text"]).strip() for part in cast("Sequence[Part]", said[key])]
        for key in ("footers", "labels")
    )
    return "; ".join(advice or places) or "see the YARA-X manual, errors and warnings"
