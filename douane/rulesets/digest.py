"""What rules, policy and limits contribute to the ISTag."""

import hashlib
from pathlib import Path

from douane.settings import Settings
from scanners.rules.manifest import ruleset_id
from verdicts.policy import Policy


def rules_digest(settings: Settings, rules: Path) -> str:
    """Return a text that changes with all that makes earlier answers count no more.

    It is the same on all machines with the same rules, and after a roll-back as before: what
    proxies kept under that tag was made by those rules.  Raises RuleFileError.
    """
    observe = settings.policy.mode == "monitor"
    policy = Policy.read(rules / "policy.toml", observe=observe).digest
    channels = hashlib.sha256((rules / "channels.toml").read_bytes()).hexdigest()
    return f"{policy} {ruleset_id(rules)} {channels} {settings.limits.model_dump_json()}"
