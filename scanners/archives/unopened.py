"""Containers that nobody here can look into: each says so."""

from dataclasses import dataclass

from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.model import Content, Report

UNOPENED = frozenset(
    {"alz", "cramfs", "dmg", "egg", "lrzip", "lzop", "qcow2", "romfs", "squashfs", "stuffit"}
    | {"vhdx", "wim", "zoo", "zpaq"}
)
"""Types, as rules/types.toml calls them."""


@dataclass(frozen=True, slots=True)
class UnopenedContainer:
    """Members that cannot be listed are a gap, whatever clamd may see of some of them."""

    name: str = "unopened"

    def scan(self, content: Content, budget: Budget) -> Report:
        if not content.codings and content.file_type.name in UNOPENED:
            raise ContentMalformed("a container that nothing here opens")
        return Report()
