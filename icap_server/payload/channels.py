"""Which messaging service a transfer belongs to: rules/channels.toml, by host and path."""

import re
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from verdicts.hosts import matching_patterns, require_host_pattern
from verdicts.model import Direction
from verdicts.rule_file import RuleFile

UNKNOWN = "unknown"
KEYS = ["name", "hosts", "paths", "direction", "source", "note"]
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Channel:
    """One [[channel]] of the file."""

    order: int
    name: str
    paths: re.Pattern[str] | None
    """None: any path."""
    direction: Direction | None

    def covers(self, path: str, direction: Direction) -> bool:
        return (self.direction is None or self.direction is direction) and (
            self.paths is None or self.paths.match(path) is not None
        )


class Channels:
    """Immutable; a look-up costs as much with ten services as with ten thousand."""

    def __init__(self, by_host: dict[str, list[Channel]]) -> None:
        """`by_host`: for each host pattern its channels, in the order of the file."""
        self._by_host = by_host

    @classmethod
    def read(cls, path: Path) -> "Channels":
        """Raise RuleFileError, which names file and line, for anything not understood."""
        file = RuleFile.read(path)
        file.require_known(file.data, ["channel"], "in the list of channels")
        by_host: dict[str, list[Channel]] = {}
        for index, table in enumerate(file.tables("channel")):
            reader = _Reader(file, index, table)
            channel = reader.channel()
            for host in reader.texts("hosts"):
                by_host.setdefault(reader.host(host), []).append(channel)
        return cls(by_host)

    def look_up(self, host: str, path: str, direction: Direction) -> str:
        """Return the name of the first channel of the file that matches, or "unknown".

        `host` in lower case without port; `path` without query.
        """
        best: Channel | None = None
        for pattern in matching_patterns(host):
            for channel in self._by_host.get(pattern, ()):
                if best is not None and channel.order > best.order:
                    break
                if channel.covers(path, direction):
                    best = channel
                    break
        return best.name if best else UNKNOWN


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks one table of the file."""

    file: RuleFile
    index: int
    table: dict[str, object]

    def channel(self) -> Channel:
        name = self.text("name")
        where = f"in channel '{name}'"
        self.file.require_known(self.table, KEYS, where, "channel", self.index)
        self.require("name", NAME.fullmatch(name) is not None, "takes a-z, 0-9, '.', '_', '-'")
        self.require("name", name != UNKNOWN, "'unknown' stands for no channel at all")
        for key in ("source", "note"):
            if key in self.table:
                self.text(key)
        paths = self.texts("paths") if "paths" in self.table else []
        for path in paths:
            self.require("paths", path[0] in "/*", f"'{path}' must begin with / or *")
        return Channel(
            self.index,
            name,
            re.compile("|".join(map(translate, paths))) if paths else None,
            self.direction() if "direction" in self.table else None,
        )

    def direction(self) -> Direction:
        text = self.text("direction")
        self.require("direction", text in list(Direction), "is upload or download")
        return Direction(text)

    def host(self, text: str) -> str:
        try:
            return require_host_pattern(text)
        except ValueError as error:
            raise self.file.refusal(f"hosts: {error}", "channel", self.index, "hosts") from None

    def text(self, key: str) -> str:
        value = self.table.get(key)
        if isinstance(value, str) and value:
            return value
        raise self.file.refusal(f"{key} takes a text", "channel", self.index, key)

    def texts(self, key: str) -> list[str]:
        value = self.table.get(key)
        found = (
            [text for text in value if isinstance(text, str) and text]
            if isinstance(value, list)
            else []
        )
        self.require(key, bool(found) and found == value, "takes a list of texts")
        return found

    def require(self, key: str, condition: bool, message: str) -> None:
        if not condition:
            raise self.file.refusal(f"{key} {message}", "channel", self.index, key)
