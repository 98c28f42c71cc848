"""The trial of a rules folder, in a process that is thrown away.

Usage: python -m scanners.rules.trial FOLDER
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import yara

from scanners.rules.first_look import first_look
from scanners.rules.folders import (
    FOLDERS,
    folder_name,
    meets_demand,
    rule_conditions,
    rule_files,
    unread_files,
)
from scanners.rules.loops import loop_faults
from scanners.rules.manifest import PATH, UNREAD, UNREAD_FIX, shown
from scanners.rules.ordeal import Ordeal
from scanners.rules.papers import papers_faults
from scanners.rules.patterns import Outline, PatternKind, outline
from scanners.rules.proofs import Proofs
from scanners.rules.records import KnownRule, Problem, RuleFindings
from scanners.rules.second_opinion import second_opinion
from scanners.rules.slow_patterns import slow_patterns
from scanners.rules.throwaway import limit_this_process

CPU_SECONDS = 60
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_PROBLEMS = 1000
"""That are told: nobody reads more, and a hostile set could fill the memory with them."""
COMPILE_MESSAGE = re.compile(r"line (\d+): (.*)", re.DOTALL)
READ_FIX = "make it a readable UTF-8 text of at most 4 MiB"


class Trial:
    """One rules folder; problems and rules gather as the steps run."""

    def __init__(self, rules: Path) -> None:
        self._rules = rules
        self._problems: list[Problem] = []
        self._known: dict[str, KnownRule] = {}
        self._names: dict[str, str] = {}
        """Name of a rule in small letters -> its file: people do not tell them apart."""
        self._ids: dict[str, str] = {}
        """Id of a rule -> its name."""
        self._ordeal = Ordeal()

    def run(self) -> RuleFindings:
        sources = self._sources()
        good = {name: text for name, text in sources.items() if self._compiles_alone(name, text)}
        compiled = yara.compile(sources=good, includes=False, error_on_warning=True)
        first = yara.compile(sources=first_look(good), includes=False, error_on_warning=True)
        proofs = Proofs(compiled, first, self._known)
        proofs.run(self._proof_texts())
        problems = (*self._problems, *proofs.problems)[:MAX_PROBLEMS]
        known = sorted(self._known.values(), key=lambda rule: (rule.file, rule.line))
        return RuleFindings(problems, tuple(proofs.tests), tuple(known))

    def _report(self, file: str, problem: str, fix: str, *, line: int = 0, rule: str = "") -> None:
        self._problems.append(Problem(file, line, rule, problem, fix))

    def _sources(self) -> dict[str, str]:
        sources = {}
        top = self._rules / "yara"
        for path in unread_files(top):
            self._report(shown(path.relative_to(self._rules).as_posix()), UNREAD, UNREAD_FIX)
        for path in rule_files(top):
            name = path.relative_to(top).with_suffix("").as_posix()
            if folder_name(name) not in FOLDERS:
                fix = "move it to yara/ or " + " or ".join(f"yara/{one}/" for one in FOLDERS if one)
                self._report(f"yara/{name}.yar", "no rules are read from this folder", fix)
            elif (text := self._text(path)) is not None:
                sources[name] = text
        return sources

    def _proof_texts(self) -> dict[str, str]:
        paths = sorted((self._rules / "yara" / "tests").rglob("*.toml"))
        named = {path.relative_to(self._rules).as_posix(): path for path in paths}
        texts = {file: self._text(path) for file, path in named.items() if PATH.fullmatch(file)}
        return {file: text for file, text in texts.items() if text is not None}

    def _text(self, path: Path) -> str | None:
        name = path.relative_to(self._rules).as_posix()
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                self._report(name, "the file is too large", READ_FIX)
            elif "\0" not in (text := path.read_text("utf-8")):
                return text
            else:
                self._report(name, "the file holds a NUL byte", READ_FIX)
        except (OSError, UnicodeDecodeError) as error:
            self._report(name, f"the file cannot be read ({error})", READ_FIX)
        return None

    def _compiles_alone(self, name: str, text: str) -> bool:
        """Tell if libyara takes the file, and say everything else that is wrong with it."""
        file, found = f"yara/{name}.yar", outline(text)
        try:
            compiled = yara.compile(source=text, includes=False, error_on_warning=True)
        except yara.Error as error:
            for line, message in compile_messages(error):
                rule = found.rule_at(line) if line else ""
                said = f"it does not compile: {message}"
                self._report(file, said, "correct the rule", line=line, rule=rule)
            return False
        self._problems += second_opinion(file, text, found)
        conditions = rule_conditions(text)
        self._check_cost(file, found, conditions)
        for rule in compiled:
            if not rule.is_private:  # a part of other rules: it never shows in a verdict
                self._check_papers(file, found, rule.identifier, dict(rule.meta))
                condition = conditions.get(rule.identifier, "")
                self._check_folder(file, found, rule.identifier, condition)
        return True

    def _check_cost(self, file: str, found: Outline, conditions: Mapping[str, str]) -> None:
        slow = list(slow_patterns(file, found))
        self._problems += slow
        for _, name in found.rules:
            texts = sum(pattern.rule == name for pattern in found.patterns)
            for problem, fix in loop_faults(conditions.get(name), texts):
                self._report(file, problem, fix, line=found.line_of(name), rule=name)
        if not slow:  # what is refused anyway could take long
            regexes = [one for one in found.patterns if one.kind is PatternKind.REGEX]
            self._problems += self._ordeal.problems(file, [*regexes, *found.matched])

    def _check_papers(
        self, file: str, found: Outline, name: str, meta: Mapping[str, str | int | bool]
    ) -> None:
        line = found.line_of(name)
        for problem, fix in papers_faults(name, meta):
            self._report(file, problem, fix, line=line, rule=name)
        identity = str(meta.get("id", name))
        if first := self._names.get(name.casefold()):
            said = f"{first} has a rule of that name"
            self._report(file, said, "rename one", line=line, rule=name)
        elif other := self._ids.get(identity):
            said = f"{other} has the same id"
            self._report(file, said, "give it an id of its own", line=line, rule=name)
        self._names.setdefault(name.casefold(), file)
        self._known.setdefault(name, KnownRule(name, file, line))
        self._ids.setdefault(identity, name)

    def _check_folder(self, file: str, found: Outline, name: str, condition: str) -> None:
        """A rule is tried only on what its folder admits: it must match nothing else anyway."""
        place = folder_name(file.removeprefix("yara/"))
        demand = FOLDERS[place].demand
        if not meets_demand(FOLDERS[place], condition):
            problem = f"yara/{place} is tried only where {demand}, and the rule may match elsewhere"
            fix = f'begin the condition with "{demand} and", any "or" after it in parentheses'
            self._report(file, problem, fix, line=found.line_of(name), rule=name)


def compile_messages(error: yara.Error) -> list[tuple[int, str]]:
    """Return (line, message) for all that the compiler said; the line is 0 if it named none."""
    said = error.args[0] if error.args and isinstance(error.args[0], list) else [error]
    places = [(COMPILE_MESSAGE.fullmatch(str(one)), str(one)) for one in said]
    return [(int(place[1]), place[2]) if place else (0, text) for place, text in places]


def main(arguments: list[str]) -> int:
    limit_this_process(CPU_SECONDS)
    sys.stdout.write(json.dumps(asdict(Trial(Path(arguments[0])).run())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
