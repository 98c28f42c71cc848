"""The state of the store and its history on disk: read by anybody at any time, written by one.

The state is replaced as a whole and carries the line of history that goes with it.  So a crash
between the two files loses nothing: who reads adds the line, who writes next writes it first.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from verdicts.rulesets.durable import sync_folder
from verdicts.rulesets.records import HistoryLine, RulesetError, Status, StoredSet

FORMAT = 1
TAIL = 1024 * 1024
"""Bytes of the history that are looked at for the last line; one has at most a tenth of it."""


@dataclass(frozen=True, slots=True)
class State:
    sets: dict[str, StoredSet] = field(default_factory=dict)
    """By id, in the order in which they were taken in."""
    past: tuple[str, ...] = ()
    """Sets that were active before the present one, the last one last: what roll-back goes to."""
    last: HistoryLine | None = None
    """What led to this state."""
    serial: int = 0
    """Number of `last` in the history, from 1."""
    turns: int = 0
    """How often a set has become active; 0 as well if an older Douane did not count."""


class Journal:
    """`state.json` and `history.jsonl` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = folder / "state.json"
        self._history = folder / "history.jsonl"

    def read(self) -> State:
        """Return the present state; an empty one if nothing was ever stored."""
        try:
            found = json.loads(self._state.read_bytes())
            if found["format"] != FORMAT:
                raise RulesetError(f"{self._state} was written by a newer Douane; use that one")
            sets = {one["id"]: _stored(one) for one in found["sets"]}
            last = None if found["last"] is None else _line(found["last"])
            turns = int(found.get("turns", 0))
            return State(sets, tuple(found["past"]), last, int(found["serial"]), turns)
        except FileNotFoundError:
            return State()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RulesetError(
                f"{self._state} is damaged ({error!r}); move {self._folder} away: the service "
                "then begins anew with the folder of [rules] directory"
            ) from error

    def write(self, state: State) -> None:
        """Make this the state, with its line of history.  Either all of it is there, or none."""
        self._write_history(self.read())  # what a crash kept from the file
        document = {
            "format": FORMAT,
            "serial": state.serial,
            "turns": state.turns,
            "past": state.past,
            "last": None if state.last is None else asdict(state.last),
            "sets": [asdict(one) for one in state.sets.values()],
        }
        partial = self._state.with_suffix(".new")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._state)
        sync_folder(self._folder)
        self._write_history(state)

    def history(self) -> list[HistoryLine]:
        """Return all steps, newest first."""
        state = self.read()
        lines = self._lines()
        if state.last is not None:
            lines[state.serial] = state.last
        return [lines[serial] for serial in sorted(lines, reverse=True)]

    def _lines(self) -> dict[int, HistoryLine]:
        """Return what the file holds, by serial number."""
        try:
            return dict(_parsed(self._history.read_bytes()))
        except FileNotFoundError:
            return {}

    def _write_history(self, state: State) -> None:
        if state.last is None:
            return
        row = json.dumps({"serial": state.serial, **asdict(state.last)})
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self._history, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            tail = os.pread(descriptor, TAIL, max(0, size - TAIL))
            if any(serial == state.serial for serial, _ in _parsed(tail)):
                return
            cut = "" if tail.endswith(b"\n") or not tail else "\n"
            os.write(descriptor, f"{cut}{row}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _parsed(text: bytes) -> Iterator[tuple[int, HistoryLine]]:
    """Yield serial number and line; what a crash cut off is passed over."""
    for each in text.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            row = json.loads(each)
            serial = int(row.pop("serial"))
            yield serial, _line(row)


def _stored(row: dict[str, Any]) -> StoredSet:
    return StoredSet(**{**row, "status": Status(row["status"])})


def _line(row: dict[str, Any]) -> HistoryLine:
    names = {key: tuple(row[key]) for key in ("added", "removed", "changed")}
    return HistoryLine(**{**row, **names})
