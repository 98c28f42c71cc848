"""What `douane doctor` says of rules: the folder, the active set and the staged one."""

from collections.abc import Iterator

from douane.finding import Finding, Health
from douane.settings import Settings
from icap_server.payload.channels import Channels
from scanners.rules.folders import rule_files
from scanners.rules.manifest import ruleset_id
from verdicts.policy import Policy
from verdicts.record import rfc3339
from verdicts.rule_file import RuleFileError
from verdicts.rulesets.records import HistoryLine, RulesetError, StoredSet
from verdicts.rulesets.store import Store

NOT_SERVED = "Run `douane serve`: it begins with the folder of rules."
NO_RULES = "Set [rules] directory to the folder that holds yara/ and policy.toml."
WRONG_FILE = "Correct the file; `douane rules check` says more."
DIFFERS = "`douane rules diff` says how; activate it: `douane rules activate`."
ENTERED = {"active": ("activated", "rolled back"), "staged": ("staged",)}
"""Status -> the steps in the history that lead to it."""


def examine_rules(settings: Settings) -> Iterator[Finding]:
    """Look at the folder of rules and at the store of rule sets; nothing is compiled."""
    yield _policy(settings)
    yield _channels(settings)
    rules = settings.rules.directory
    count = len(rule_files(rules / "yara"))
    if not count:
        yield Finding("rules folder", Health.BROKEN, f"no YARA file in {rules}/yara", NO_RULES)
    try:
        yield from _sets(settings, f"{count} YARA files in {rules}" if count else "")
    except (RulesetError, OSError) as error:
        fix = "Run as the owner of the state; see `douane rules status`."
        yield Finding("rule set", Health.BROKEN, str(error), fix)


def _policy(settings: Settings) -> Finding:
    path = settings.rules.directory / "policy.toml"
    try:
        policy = Policy.read(path, observe=settings.policy.mode == "monitor")
    except RuleFileError as error:
        return Finding("policy", Health.BROKEN, str(error), WRONG_FILE)
    mode = ", only observing" if policy.monitors else ""
    clauses = f"{len(policy.file.clauses)} clauses, default {policy.file.default}"
    return Finding("policy", Health.OK, clauses + mode)


def _channels(settings: Settings) -> Finding:
    path = settings.rules.directory / "channels.toml"
    try:
        Channels.read(path)
    except RuleFileError as error:
        return Finding("channels", Health.BROKEN, str(error), WRONG_FILE)
    return Finding("channels", Health.OK, str(path))


def _sets(settings: Settings, folder: str) -> Iterator[Finding]:
    """`folder`: what there is to say of the folder; empty if it holds no rules."""
    store = Store(settings.rulesets_directory)
    active, staged, history = store.active, store.staged, store.history()
    source = ruleset_id(settings.rules.directory)
    if folder and active is not None and source != active.id:
        state = f"{folder}, {source}: not what is active"
        yield Finding("rules folder", Health.WARNING, state, DIFFERS)
    elif folder:
        yield Finding("rules folder", Health.OK, f"{folder}, {source}")
    if active is None:
        yield Finding("rule set", Health.WARNING, "none is active yet", NOT_SERVED)
    else:
        yield Finding("rule set", Health.OK, _standing(active, history))
    if staged is not None:
        yield Finding("staged rule set", Health.OK, _standing(staged, history))


def _standing(one: StoredSet, history: list[HistoryLine]) -> str:
    """Return "84c3efefde1f9bd9 active since 2026-11-23 15:23 UTC by ann, not signed"."""
    steps = ENTERED[one.status.value]
    last = next((line for line in history if line.ruleset == one.id and line.action in steps), None)
    entered = ""
    if last is not None:
        entered = f" since {rfc3339(last.time)[:16].replace('T', ' ')} UTC by {last.actor}"
    signed = f"signed by {one.signed_by}" if one.signed_by else "not signed"
    return f"{one.id} {one.status}{entered}, {signed}"
