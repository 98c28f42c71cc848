"""What rules, policy and limits contribute to the ISTag."""

import hashlib
from pathlib import Path

from douane.settings import Settings
from scanners.rules.manifest import ruleset_id
from verdicts.policy import Policy


def rules_digest(settings: Settings, rules: Path, turns: int = 0) -> str:
    """Return a text that changes with all that makes earlier answers count no more.

    `turns`: how often a set became active, so that a roll-back brings back no tag of before.
    Raises RuleFileError.
    """
    observe = settings.policy.mode == "monitor"
    policy = Policy.read(rules / "policy.toml", observe=observe).digest
    channels = hashlib.sha256((rules / "channels.toml").read_bytes()).hexdigest()
    limits = settings.limits.model_dump_json()
    return f"{policy} {ruleset_id(rules)} {channels} {limits} {turns}"
