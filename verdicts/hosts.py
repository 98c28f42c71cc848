"""Host patterns of the rule files: an exact host, or "*.example.com" for its subdomains only."""

import re
from collections.abc import Iterator

# Letters, digits, hyphen, underscore as seen in DNS; IPv6 addresses come without brackets.
PATTERN = re.compile(r"(?:\*\.)?[a-z0-9_:-]+(?:\.[a-z0-9_-]+)*")


def require_host_pattern(text: str) -> str:
    """Return `text`; raise ValueError, with a sentence for a person, if no host can match it."""
    if not PATTERN.fullmatch(text):
        raise ValueError(
            f"'{text}' is no host: write it in lower case without scheme, port and path, "
            'or "*.example.com" for all subdomains'
        )
    return text


def matching_patterns(host: str) -> Iterator[str]:
    """Yield every pattern that matches `host`, from the most exact one on: a few dict look-ups."""
    yield host
    dot = host.find(".")
    while dot >= 0:
        yield f"*{host[dot:]}"
        dot = host.find(".", dot + 1)
