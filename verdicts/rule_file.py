"""A TOML file that analysts own: read whole, and every complaint names file and line."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

MAX_FILE = 4 * 1024 * 1024
"""Bytes.  Hand-written files stay far below; a wrong path (a disk image) is refused early."""

Place = tuple[str, int, str]
"""Table, its index among tables of that name, key; the top level is "", a header has the key ""."""

# A valid TOML file in pieces: just enough to know where a statement begins.  Strings come first,
# so that no bracket or hash inside one counts.
PIECE = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}'
    r"|'{3}.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*|\n|[\[\]{}=]|[^\s\"'#\[\]{}=]+",
    re.DOTALL,
)
AT_LINE = re.compile(r"at line (\d+)")


class RuleFileError(Exception):
    """An analyst's file is not understood; says "rules/policy.toml:12: …".  The start fails."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        """From 1; 1 as well if the fault lies in no line."""
        self.message = message


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file that is valid TOML; what its keys mean is the reader's affair."""

    path: Path
    data: dict[str, object]
    lines: dict[Place, int]

    @classmethod
    def read(cls, path: Path) -> "RuleFile":
        """Raise RuleFileError if the file is missing, too large, not UTF-8 or not TOML."""
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_FILE + 1)
            if len(raw) > MAX_FILE:
                raise RuleFileError(path, 1, f"longer than {MAX_FILE} bytes")
            text = raw.decode("utf-8").replace("\r\n", "\n")
            return cls(path, tomllib.loads(text), find_lines(text))
        except OSError as error:
            raise RuleFileError(path, 1, error.strerror or "cannot be read") from error
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise RuleFileError(path, line, "not UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            at = AT_LINE.search(str(error))
            line = int(at[1]) if at else text.count("\n") + 1
            raise RuleFileError(path, line, f"not TOML: {error}") from error
        except RecursionError as error:
            raise RuleFileError(path, 1, "nested too deep") from error

    def refusal(
        self, message: str, table: str = "", index: int = 0, key: str = ""
    ) -> RuleFileError:
        """Return the error for a key of the n-th `table`, from 0; without key for its header."""
        places = (table, index, key), (table, index, ""), (key, 0, ""), ("", 0, table)
        line = next((self.lines[place] for place in places if place in self.lines), 1)
        return RuleFileError(self.path, line, message)

    def tables(self, name: str) -> list[dict[str, object]]:
        """Return all `[[name]]` in order; raise RuleFileError if `name` is anything else."""
        found = self.data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.refusal(f"write {name} as tables: [[{name}]]", key=name)
        return found

    def require_known(
        self,
        given: dict[str, object],
        known: list[str],
        where: str,
        table: str = "",
        index: int = 0,
    ) -> None:
        for key in given:
            if key not in known:
                message = f"unknown key '{key}' {where}; known keys: {', '.join(known)}"
                raise self.refusal(message, table, index, key)


def find_lines(text: str) -> dict[Place, int]:
    """Return the line, from 1, of every table header and every first part of a key.

    `text` is valid TOML with bare line feeds.  tomllib itself tells no positions.
    """
    lines: dict[Place, int] = {}
    tables: dict[str, int] = {}
    table, index, line, depth = "", 0, 1, 0
    statement: list[str] = []
    for piece in PIECE.findall(text):
        if piece == "\n" and depth == 0:
            statement = []
        elif "=" in statement:
            depth += (piece in "[{") - (piece in "]}")
        elif piece == "]" and "]" not in statement:
            table = "".join(statement).strip("[").replace('"', "").replace("'", "")
            index = tables[table] = tables.get(table, -1) + 1
            lines[table, index, ""] = line
            statement.append(piece)
        elif piece[0] != "#":
            if not statement and piece != "[":
                key = piece.strip("\"'") if piece[0] in "\"'" else piece.split(".")[0]
                lines.setdefault((table, index, key), line)
            statement.append(piece)
        line += piece.count("\n")
    return lines
