"""The trial of a rules folder, in a process that is thrown away.

Usage: python -m scanners.rules.trial FOLDER

Rules come from people and, later, over the network: compiling one may eat memory or time, and
libyara may crash.  This process limits itself first and prints its findings as JSON.
"""

import json
import re
import resource
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path

import yara

from samples.recipes import RecipeError, build
from scanners.rules.folders import FOLDERS, folder_name, meets_demand, rule_conditions, rule_files
from scanners.rules.papers import papers_faults
from scanners.rules.records import Problem, RuleFindings, RuleTest

MEMORY_BYTES = 1024 * 1024 * 1024  # a 40,000-rule set compiles in about half of it
CPU_SECONDS = 60
MATCH_SECONDS = 2  # a sample is small: a good rule needs a thousandth of it
MAX_FILE_BYTES = 4 * 1024 * 1024
COMPILE_MESSAGE = re.compile(r"line (\d+): (.*)", re.DOTALL)
READ_FIX = "make it a readable UTF-8 text of at most 4 MiB"


class Trial:
    """One rules folder; problems and tests gather as the steps run."""

    def __init__(self, rules: Path) -> None:
        self._rules = rules
        self._problems: list[Problem] = []
        self._tests: list[RuleTest] = []
        self._defined: dict[str, str] = {}
        """Rule name -> the file that defines it."""

    def run(self) -> RuleFindings:
        sources = self._read()
        good = {name: text for name, text in sources.items() if self._compiles_alone(name, text)}
        compiled = yara.compile(sources=good, includes=False, error_on_warning=True)
        self._run_tests(compiled)
        return RuleFindings(tuple(self._problems), tuple(self._tests))

    def _report(self, file: str, problem: str, fix: str, *, line: int = 0, rule: str = "") -> None:
        self._problems.append(Problem(file, line, rule, problem, fix))

    def _read(self) -> dict[str, str]:
        sources = {}
        top = self._rules / "yara"
        for path in rule_files(top):
            name = path.relative_to(top).with_suffix("").as_posix()
            if folder_name(name) not in FOLDERS:
                fix = "move it to yara/ or " + " or ".join(f"yara/{one}/" for one in FOLDERS if one)
                self._report(f"yara/{name}.yar", "no rules are read from this folder", fix)
            elif (text := self._text(path)) is not None:
                sources[name] = text
        return sources

    def _text(self, path: Path) -> str | None:
        name = str(path.relative_to(self._rules))
        try:
            if path.stat().st_size <= MAX_FILE_BYTES:
                return path.read_text("utf-8")
            self._report(name, "the file is too large", READ_FIX)
        except (OSError, UnicodeDecodeError) as error:
            self._report(name, f"the file cannot be read ({error})", READ_FIX)
        return None

    def _compiles_alone(self, name: str, text: str) -> bool:
        file = f"yara/{name}.yar"
        try:
            compiled = yara.compile(source=text, includes=False, error_on_warning=True)
        except yara.Error as error:
            for line, message in compile_messages(error):
                self._report(file, f"it does not compile: {message}", "correct the rule", line=line)
            return False
        for rule in compiled:
            if not rule.is_private:  # a part of other rules: it never shows in a verdict
                self._check_papers(file, text, rule.identifier, dict(rule.meta))
                self._check_folder(file, text, rule.identifier)
        return True

    def _check_papers(self, file: str, text: str, name: str, meta: dict[str, object]) -> None:
        line = line_of_rule(text, name)
        for problem, fix in papers_faults(name, meta):
            self._report(file, problem, fix, line=line, rule=name)
        if first := self._defined.get(name):
            self._report(
                file, f"{first} has a rule of that name", "rename one", line=line, rule=name
            )
        self._defined.setdefault(name, file)

    def _check_folder(self, file: str, text: str, name: str) -> None:
        """A rule is tried only on what its folder admits: it must match nothing else anyway."""
        place = folder_name(file.removeprefix("yara/"))
        demand = FOLDERS[place].demand
        if not meets_demand(FOLDERS[place], rule_conditions(text).get(name, "")):
            problem = f"yara/{place} is tried only where {demand}, and the rule may match elsewhere"
            fix = f'begin the condition with "{demand} and", any "or" after it in parentheses'
            self._report(file, problem, fix, line=line_of_rule(text, name), rule=name)

    def _run_tests(self, compiled: yara.Rules) -> None:
        tested: set[str] = set()
        for path in sorted((self._rules / "yara" / "tests").rglob("*.toml")):
            text, file = self._text(path), str(path.relative_to(self._rules))
            if text is None:
                continue
            try:
                tables = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                self._report(file, f"this is no TOML: {error}", "correct the file")
                continue
            for rule, table in tables.items():
                if self._defined.get(rule) is None:
                    self._report(file, "no such rule compiles", "correct the name", rule=rule)
                    continue
                tested.add(rule)
                self._run_table(compiled, file, rule, table)
        for rule, file in self._defined.items():
            if rule not in tested:
                place = Path(file).relative_to("yara").with_suffix(".toml")
                fix = f"write one in yara/tests/{place}"
                self._report(file, "the rule has no test", fix, rule=rule)

    def _run_table(self, compiled: yara.Rules, file: str, rule: str, table: object) -> None:
        if not isinstance(table, dict) or not set(table) <= {"hits", "spares"}:
            self._report(file, "a test has hits and spares only", "remove the rest", rule=rule)
            return
        for key, expected in (("hits", True), ("spares", False)):
            samples = table.get(key)
            if not isinstance(samples, list) or not samples:
                fix = "add one that matches" if expected else "add a near miss"
                self._report(file, f"the test has no {key}", fix, rule=rule)
                continue
            for number, recipe in enumerate(samples):
                self._run_sample(
                    compiled, file, rule, f"{key}[{number}]", recipe, expected=expected
                )

    def _run_sample(
        self,
        compiled: yara.Rules,
        file: str,
        rule: str,
        sample: str,
        recipe: object,
        *,
        expected: bool,
    ) -> None:
        try:
            matches = compiled.match(data=build(recipe), fast=True, timeout=MATCH_SECONDS)
        except RecipeError as error:
            self._report(file, f"{sample}: {error}", "correct the sample", rule=rule)
            return
        except yara.TimeoutError:
            problem = f"{sample} takes more than {MATCH_SECONDS} s"
            self._report(file, problem, "make the rule cheaper", rule=rule)
            return
        except yara.Error as error:
            self._report(file, f"{sample}: {error}", "correct the rule", rule=rule)
            return
        actual = any(match.rule == rule for match in matches)
        self._tests.append(RuleTest(file, rule, sample, expected, actual))
        if actual != expected:
            problem = f"{sample} is not matched" if expected else f"{sample} is matched"
            self._report(file, problem, "correct the rule or the sample", rule=rule)


def compile_messages(error: yara.Error) -> list[tuple[int, str]]:
    """Return (line, message) for all that the compiler said; the line is 0 if it named none."""
    said = error.args[0] if error.args and isinstance(error.args[0], list) else [error]
    places = [(COMPILE_MESSAGE.fullmatch(str(one)), str(one)) for one in said]
    return [(int(place[1]), place[2]) if place else (0, text) for place, text in places]


def line_of_rule(text: str, name: str) -> int:
    """Return the line, from 1, that begins the rule; 0 if it cannot be found."""
    found = re.search(rf"^[^\n\"/]*\brule\s+{re.escape(name)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def limit_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(arguments: list[str]) -> int:
    limit_this_process()
    sys.stdout.write(json.dumps(asdict(Trial(Path(arguments[0])).run())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
