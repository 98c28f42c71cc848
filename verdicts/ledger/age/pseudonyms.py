"""What stands for people's traces once they are old: the same word for the same text, by a key."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from scanners.secret import read_secret

PRIVACY_KEY_FILE = "privacy.key"
"""In the state directory; without it the same text gets another pseudonym from then on."""
PSEUDONYM = re.compile(r"p-[0-9a-f]{16}")
ORIGIN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^/?#]*@)?([^/?#]*)")
"""Scheme and host of a URL, without user name and password (RFC 3986 §3)."""


class Trace(StrEnum):
    """What may lead to a person."""

    USER = "user"
    ADDRESS = "address"
    URL = "url"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Replaces texts; what was replaced before stays as it is.  Empty texts stay empty."""

    key: bytes
    instead: Literal["pseudonym", "nothing"] = "pseudonym"

    def of(self, trace: Trace, text: str) -> str:
        """Return what stands for a text that is all trace."""
        if not text or PSEUDONYM.fullmatch(text):
            return "" if self.instead == "nothing" else text
        if self.instead == "nothing":
            return ""
        data = f"{trace.value}\0{text}".encode("utf-8", "surrogatepass")
        return f"p-{hmac.new(self.key, data, hashlib.sha256).hexdigest()[:16]}"

    def url(self, text: str) -> str:
        """Return what stands for a URL: where it led stays known, unless nothing is to stay."""
        origin = ORIGIN.match(text)
        if origin is None or self.instead == "nothing":
            return self.of(Trace.URL, text)
        start = f"{origin[1]}{origin[2]}/"
        return (
            text
            if PSEUDONYM.fullmatch(text.removeprefix(start))
            else start + self.of(Trace.URL, text)
        )

    def names(self, text: str) -> str:
        """Return what stands for a JSON array of names, each for itself."""
        return _json([self.of(Trace.NAME, name) for name in json.loads(text)]) if text else ""

    def tree(self, text: str) -> str:
        """Return what stands for the JSON of a type tree: types stay, names do not."""
        return (
            _json(_renamed(json.loads(text), lambda name: self.of(Trace.NAME, name)))
            if (text)
            else ""
        )


def read_pseudonyms(key_file: Path) -> Pseudonyms:
    """Return those of the key in a file; raises as `read_secret` does."""
    return Pseudonyms(read_secret(key_file))


def _renamed(node: dict[str, object], rename: Callable[[str], str]) -> dict[str, object]:
    children = node["children"]
    assert isinstance(children, list)  # noqa: S101 - we wrote it
    return {
        **node,
        "name": rename(str(node["name"])),
        "children": [_renamed(child, rename) for child in children],
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
