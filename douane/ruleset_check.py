"""The one full check of a rule set: what the command line, the supervisor and the API all ask."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from icap_server.payload.channels import Channels
from scanners.rules.check import check_rules, prove_rules
from scanners.rules.records import Problem, RuleFindings
from verdicts.policy import Policy
from verdicts.rule_file import RuleFileError

FIX = "Correct the line; docs/policy.md and the file's own comments list what may stand there."


def check_ruleset(
    folder: Path,
    *,
    goodware: Sequence[Path] = (),
    progress: Callable[[str], None] | None = None,
) -> RuleFindings:
    """Return everything that is wrong with a rule set, and the proofs of its rules that ran.

    Takes a second.  With folders of honest files it also measures what the rules cost and holds
    these files against a set without problems: minutes, told by `progress` in words.
    """
    quick = check_rules(folder)
    found = replace(quick, problems=(*quick.problems, *_table_problems(folder)))
    if not goodware or found.problems:
        return found
    return prove_rules(folder, found, goodware, progress or _silently)


def _table_problems(folder: Path) -> Iterator[Problem]:
    for read, name in ((Policy.read, "policy.toml"), (Channels.read, "channels.toml")):
        try:
            read(folder / name)
        except RuleFileError as error:
            yield Problem(name, error.line, "", error.message, FIX)


def _silently(said: str) -> None:
    pass
