"""Measure what YARA rules cost as live traffic tries them: all together, each beyond the first.

Usage: python -m scanners.rules.cost_measure FOLDER

Processor time of the best of several runs, in milliseconds a MiB; run in a process that is thrown
away.  Trying even one rule costs 0.9, so a rule's own cost is what it adds to that.  Of YARA-X,
which no live traffic meets, all that is looked for first is measured, on what its folders admit.
"""

import functools
import itertools
import json
import mmap
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yara
import yara_x

from scanners.budget import Budget
from scanners.model import Content
from scanners.rules.first_look import first_look
from scanners.rules.folders import FOLDERS, folder_name
from scanners.rules.patterns import outline
from scanners.rules.records import Cost, EngineCost, KnownRule, RuleCost
from scanners.rules.throwaway import limit_this_process
from scanners.yara_rules import YaraScanner, read_sources

SIZE = 48 * 1024
"""Of a content: small, so that no bound on the size spares it any rule."""
PIECES = 8
MIB = 1024 * 1024
RUNS = 7
MATCH_SECONDS = 10
CPU_SECONDS = 300
DEAREST = 10
ONE_RULE = 'rule One { strings: $a = "qwertzuiopasdf" condition: $a }'
Contents = Sequence[bytes]


def contents() -> Mapping[str, Contents]:
    """Return what rules meet, by kind; where "MZ" stands first, those for programs are tried."""
    code = Path(sys.modules["yara_x.yara_x"].__file__ or "").read_bytes()[4 * MIB :]
    library = sorted(Path(os.__file__).parent.glob("*.py"))
    text = b"".join(path.read_bytes() for path in library)
    noise = random.Random(1).randbytes(PIECES * SIZE)  # noqa: S311 - the same bytes at every run
    return {
        "program": [b"MZ" + piece for piece in _pieces(code)],
        "packed": [b"MZ" + piece for piece in _pieces(noise)],
        "zeros": [b"MZ" + bytes(SIZE)],
        "text": _pieces(text),
        "picture": [b"\xff\xd8\xff\xe0" + piece for piece in _pieces(noise)],
    }


def _pieces(data: bytes) -> Contents:
    return [data[at : at + SIZE] for at in range(0, PIECES * SIZE, SIZE)]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule that shows, as live traffic tries it."""

    known: KnownRule
    source: str
    """What its file is looked for first."""
    look: yara.Rules
    """What the rule is looked for first, alone."""
    folder: yara.Rules
    """What is tried next if that is found."""
    tried: list[Contents]

    def scan(self, data: bytes) -> None:
        if _match(self.look, data):
            _match(self.folder, data)


def measure(sources: Mapping[str, str], kinds: Mapping[str, Contents]) -> Cost:
    """Return what rule files that compile, by `read_sources`, cost on these contents."""
    one = functools.partial(_match, yara.compile(source=ONE_RULE))
    rules = [(_added(rule.scan, one, rule.tried), rule) for rule in _rules(sources, kinds)]
    rules.sort(key=lambda measured: -measured[0])
    scanner = YaraScanner(sources)
    return Cost(
        _engine(functools.partial(_scan, scanner), kinds),
        _engine(_second(sources).scan, kinds) if _may_make_code() else None,
        _engine(one, kinds).ms_per_mib,
        tuple(_rule_cost(added, rule, one) for added, rule in rules[:DEAREST]),
    )


def _rules(sources: Mapping[str, str], kinds: Mapping[str, Contents]) -> Iterator[_Rule]:
    for name in sorted({folder_name(file) for file in sources}):
        own = {file: source for file, source in sources.items() if folder_name(file) == name}
        folder = yara.compile(sources=own, includes=False)
        admits = FOLDERS[name].admits
        tried = [kind for kind in kinds.values() if admits(memoryview(kind[0]))]
        for file, source in first_look(own).items():
            lines = outline(own[file])
            for rule, look in _alone(source, _private(own[file])):
                known = KnownRule(rule, f"yara/{file}.yar", lines.line_of(rule))
                yield _Rule(known, source, look, folder, tried)


def _engine(work: Callable[[bytes], object], kinds: Mapping[str, Contents]) -> EngineCost:
    costs = {name: min(_spent(work, kind) for _ in range(RUNS)) for name, kind in kinds.items()}
    return EngineCost(sum(costs.values()) / len(costs), costs)


def _may_make_code() -> bool:
    """Tell if YARA-X may compile conditions: `MemoryDenyWriteExecute=` of systemd forbids it."""
    try:
        mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_WRITE | mmap.PROT_EXEC).close()
    except PermissionError:
        return False
    return True


def _second(sources: Mapping[str, str]) -> yara_x.Scanner:
    compiler = yara_x.Compiler()
    for file, source in first_look(sources).items():
        compiler.new_namespace(file)
        compiler.add_source(source)
    scanner = yara_x.Scanner(compiler.build())
    scanner.fast_scan(True)
    return scanner


def _private(source: str) -> set[str]:
    compiled = yara.compile(source=source, includes=False)
    return {rule.identifier for rule in compiled if rule.is_private}


def _alone(source: str, private: set[str]) -> Iterator[tuple[str, yara.Rules]]:
    """Yield each rule that shows, compiled without the others; with them if it needs them."""
    lines = source.splitlines(keepends=True)
    starts = [*outline(source).rules, (len(lines) + 1, "")]
    parts = {
        name: "".join(lines[line - 1 : after - 1])
        for (line, name), (after, _) in itertools.pairwise(starts)
    }
    shared = "".join(
        [*lines[: starts[0][0] - 1], *(parts[name] for name in parts if name in private)]
    )
    for name in (name for name in parts if name not in private):
        try:
            rules = yara.compile(source=shared + parts[name], includes=False)
        except yara.Error:
            rules = yara.compile(source=source, includes=False)
        yield name, rules


def _rule_cost(added: float, rule: _Rule, one: Callable[[bytes], object]) -> RuleCost:
    """Return the cost of a rule and of its dearest pattern."""
    known, dearest = rule.known, (0.0, "")
    for pattern in outline(rule.source).patterns:
        if pattern.rule == known.name:
            name = pattern.name if pattern.name != "$" else "any of them"
            text = f"rule One {{ strings: {pattern.declared} condition: {name} }}"
            alone = functools.partial(_match, yara.compile(source=text, includes=False))
            dearest = max(dearest, (_added(alone, one, rule.tried), pattern.name))
    return RuleCost(known.name, known.file, known.line, added, dearest[1], dearest[0])


def _added(
    work: Callable[[bytes], object], one: Callable[[bytes], object], tried: list[Contents]
) -> float:
    """Return what work costs beyond one rule on the kind where that is most.

    Both are measured in turns: processors change their speed.
    """
    most = 0.0
    for kind in tried:
        turns = [(_spent(work, kind), _spent(one, kind)) for _ in range(RUNS)]
        most = max(most, min(ours for ours, _ in turns) - min(base for _, base in turns))
    return most


def _spent(work: Callable[[bytes], object], kind: Contents) -> float:
    """Return milliseconds of processor time a MiB."""
    start = time.thread_time()  # a limit on processor time makes process_time() coarse
    for data in kind:
        work(data)
    return (time.thread_time() - start) * 1000 * MIB / sum(map(len, kind))


def _match(rules: yara.Rules, data: bytes) -> list[yara.Match]:
    found: list[yara.Match] = rules.match(data=data, fast=True, timeout=MATCH_SECONDS)
    return found


def _scan(scanner: YaraScanner, data: bytes) -> None:
    scanner.scan(Content(memoryview(data)), Budget(time.monotonic() + MATCH_SECONDS, 0, 0, 0))


def main(arguments: list[str]) -> int:
    limit_this_process(CPU_SECONDS)
    cost = measure(read_sources(Path(arguments[0]) / "yara"), contents())
    sys.stdout.write(json.dumps(asdict(cost)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
