"""The loops of a condition: the rule has to say how many steps they take, not the file.  Pure.

`for any i in (0..uint32(0))` takes as many as the sender likes, up to four thousand million, and
ends with the time of the file: an honest one that happens to begin so would be held for nothing.
"""

import re
from collections.abc import Iterator

MOST_STEPS = 10_000
"""Of all loops of a rule, those in loops multiplied."""
MODULE_STEPS = MOST_STEPS
"""Of a loop over what a module read, pe.resources for one: nothing may be multiplied by it."""
FIX = (
    f"give numbers, for any i in (0..99), {MOST_STEPS:,} steps at most with those of other loops; "
    "the places of a text need none: $a in (0..99), uint32(@a + 4)"
)
UNREAD_FIX = "write the condition without braces and the loops as the YARA manual does"
_FOR = re.compile(r"(?<![$#@!\w])for\b")
_TOKEN = re.compile(r"[(\[]|[)\]]|:|(?<![$#@!\w])(?:in|of|for)\b")
_RANGE = re.compile(r"\(\s*(\w+)\s*\.\.\s*(\w+)\s*\)")
_NUMBER = re.compile(r"(0x[0-9a-fA-F]+|0o[0-7]+|[0-9]{1,19})(KB|MB)?")
_UNITS = {None: 1, "KB": 1024, "MB": 1024 * 1024}  # YARA manual, conditions
_READS_ALL = re.compile(r"\b(?:hash|math)\s*\.")


class _Unbounded(Exception):
    """A loop whose steps cannot be told; the message says why."""


def loop_faults(condition: str | None, texts: int) -> Iterator[tuple[str, str]]:
    """Yield (problem, fix) for the loops of a rule with so many texts; texts in it are left out.

    The condition of a rule that compiles; None if it could not be found.
    """
    if condition is None:
        yield "the condition cannot be read", UNREAD_FIX
        return
    try:
        steps = _steps(condition, texts)
    except _Unbounded as error:
        yield str(error), FIX
        return
    if steps > MOST_STEPS:
        yield f"its loops take {steps:,} steps", FIX


def _steps(condition: str, texts: int) -> int:
    """Return the steps of all loops in a part of a condition."""
    steps, at = 0, 0
    while found := _FOR.search(condition, at):
        over, body, at = _loop(condition, found.end())
        if _READS_ALL.search(body):
            raise _Unbounded("a loop calls hash or math: each step may read the whole content")
        steps += _own_steps(over, texts) * max(_steps(body, texts), 1)
    return steps


def _loop(condition: str, start: int) -> tuple[str, str, int]:
    """Return what a loop runs over, with "in" or "of" before it, its body, and where it ends."""
    depth, over_at, colon, body_at = 0, -1, -1, -1
    for token in _TOKEN.finditer(condition, start):
        if token[0] in "([":
            if depth == 0 and colon >= 0:
                body_at = token.end()
            depth += 1
        elif token[0] in ")]":
            depth -= 1
            if depth == 0 and body_at >= 0:
                return condition[over_at:colon], condition[body_at : token.start()], token.end()
        elif depth == 0 and token[0] == ":":
            colon = token.start()
        elif depth == 0 and token[0] in ("in", "of") and colon < 0:
            over_at = token.start()
    raise _Unbounded("a loop cannot be read")


def _own_steps(over: str, texts: int) -> int:
    kind, rest = over[:2], over[2:].strip()
    if kind == "of":
        return max(texts, 1)
    if ".." in rest:
        found = _RANGE.fullmatch(rest)
        first, last = (_number(end) for end in found.groups()) if found else (None, None)
        if first is None or last is None:
            raise _Unbounded("the content says how many steps a loop takes")
        return max(last - first + 1, 1)
    return rest.count(",") + 1 if rest.startswith("(") else MODULE_STEPS


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1], 0) * _UNITS[found[2]] if found else None
