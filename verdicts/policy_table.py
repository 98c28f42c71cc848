"""One table of the policy file: its values are read with file and line at hand."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from verdicts.rule_file import RuleFile, RuleFileError

BYPASS = "bypass"
DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """One table of the file."""

    file: RuleFile
    values: dict[str, object]
    name: str = ""
    index: int = 0
    title: str = ""
    """Begins every complaint about a value."""

    def take(self, key: str, read: Callable[[object], T], absent: T) -> T:
        return self.read(key, read) if key in self.values else absent

    def read(self, key: str, read: Callable[[object], T]) -> T:
        """Return what `read` makes of the value; its ValueError gets file and line."""
        try:
            return read(self.values[key])
        except ValueError as error:
            raise self.refusal(f"{self.title}{key} {error}", key) from None

    def refusal(self, message: str, key: str = "") -> RuleFileError:
        return self.file.refusal(message, self.name, self.index, key)

    def take_name(self) -> str:
        """Return the table's own name, one of a kind; it stands in the verdict log."""
        name = self.take("name", _name, "")
        if not name:
            raise self.refusal(f"a {self.name} needs a name: it stands in the verdict log")
        for earlier, values in enumerate(self.file.tables(self.name)[: self.index]):
            if values["name"] == name:
                line = self.file.lines.get((self.name, earlier, ""), 0)
                raise self.refusal(
                    f"the name '{name}' is taken by the {self.name} in line {line}", "name"
                )
        return name


def _name(value: object) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("takes 1 to 64 letters, digits, '-', '_', '.'")
    if value in {BYPASS, DEFAULT}:
        raise ValueError(f"'{value}' is taken: the log uses it for rulings without a clause")
    return value
