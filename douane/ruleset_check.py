"""The one full check of a rule set: what the command line, the supervisor and the API all ask."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from icap_server.payload.channels import Channels
from scanners.rules.check import check_rules
from scanners.rules.records import Problem, RuleFindings
from verdicts.policy import Policy
from verdicts.rule_file import RuleFileError

FIX = "Correct the line; docs/policy.md and the file's own comments list what may stand there."


def check_ruleset(rules: Path) -> RuleFindings:
    """Return everything that is wrong with a rule set, and the proofs of its rules that ran."""
    found = check_rules(rules)
    return replace(found, problems=(*found.problems, *_table_problems(rules)))


def _table_problems(rules: Path) -> Iterator[Problem]:
    for read, name in ((Policy.read, "policy.toml"), (Channels.read, "channels.toml")):
        try:
            read(rules / name)
        except RuleFileError as error:
            yield Problem(name, error.line, "", error.message, FIX)
