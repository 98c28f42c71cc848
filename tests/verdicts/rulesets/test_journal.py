"""State and history survive a crash at any point, and say so if they are damaged."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from verdicts.rulesets import journal
from verdicts.rulesets.journal import Journal, State
from verdicts.rulesets.records import HistoryLine, RulesetError, Status, StoredSet

ONE = StoredSet("a" * 16, Status.CHECKED, 1, "alice", "note", "upload", "team", "why")
FIRST = HistoryLine(1, "alice", "taken in", ONE.id, why="note", added=("a", "b"))
SECOND = HistoryLine(2, "böb\u2028\n", "checked", ONE.id, "b" * 16, "line\nline", removed=("x",))
STATE = State({ONE.id: ONE}, ("b" * 16,), FIRST, 1)
NEXT = replace(STATE, last=SECOND, serial=2, turns=1)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    kept = Journal(tmp_path)
    assert kept.read() == State()
    assert kept.history() == []
    kept.write(STATE)
    kept.write(NEXT)
    assert Journal(tmp_path).read() == NEXT
    assert Journal(tmp_path).history() == [SECOND, FIRST]
    assert (tmp_path / "history.jsonl").read_text().count("\n") == 2


def test_texts_that_an_older_douane_let_in_can_be_shown(tmp_path: Path) -> None:
    Journal(tmp_path).write(STATE)
    for file in ("state.json", "history.jsonl"):
        path = tmp_path / file
        path.write_text(path.read_text().replace(': "note"', r': "caf\udce9 \u001b[2J"'))
        path.write_text(path.read_text().replace('"alice"', r'"\ud800"'))
    read, lines = Journal(tmp_path).read(), Journal(tmp_path).history()
    assert (read.sets[ONE.id].note, read.sets[ONE.id].author) == ("caf\ufffd \ufffd[2J", "\ufffd")
    assert [(line.why, line.actor) for line in lines] == [("caf\ufffd \ufffd[2J", "\ufffd")]
    (tmp_path / "state.json").unlink()  # so that the file of the history alone says it
    assert Journal(tmp_path).history() == lines


def test_an_older_state_counted_no_turns(tmp_path: Path) -> None:
    Journal(tmp_path).write(NEXT)
    row = json.loads((tmp_path / "state.json").read_text())
    del row["turns"]
    (tmp_path / "state.json").write_text(json.dumps(row))
    assert Journal(tmp_path).read() == replace(NEXT, turns=0)


def test_a_change_without_a_step_has_no_line(tmp_path: Path) -> None:
    kept = Journal(tmp_path)
    kept.write(STATE)
    kept.write(replace(STATE, past=()))
    assert kept.history() == [FIRST]


def test_a_crash_between_the_two_files_loses_nothing(tmp_path: Path) -> None:
    kept, history = Journal(tmp_path), tmp_path / "history.jsonl"
    kept.write(STATE)
    before = history.read_bytes()
    kept.write(NEXT)
    history.write_bytes(before)  # as if the line had not been written
    assert kept.history() == [SECOND, FIRST]
    third = replace(SECOND, time=3)
    kept.write(replace(NEXT, last=third, serial=3))
    assert history.read_text().count("\n") == 3
    assert kept.history() == [third, SECOND, FIRST]


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_a_line_that_was_cut_off_is_written_again(tmp_path: Path, length: int) -> None:
    kept, history = Journal(tmp_path), tmp_path / "history.jsonl"
    kept.write(STATE)
    whole = history.read_bytes()
    history.write_bytes(whole[:length])
    assert kept.history() == [FIRST]
    kept.write(NEXT)
    assert kept.history() == [SECOND, FIRST]
    assert history.read_bytes().endswith(b"\n")


def test_a_long_history_is_not_read_to_add_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "TAIL", 600)
    for serial in range(1, 20):
        Journal(tmp_path).write(replace(STATE, serial=serial))
        Journal(tmp_path).write(replace(STATE, serial=serial))
    assert (tmp_path / "history.jsonl").read_text().count("\n") == 19
    assert len(Journal(tmp_path).history()) == 19


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    Journal(tmp_path).write(STATE)
    with (tmp_path / "history.jsonl").open("ab") as file:
        file.write(b'\xff\n\n[1]\n{"serial": "x"}\n{"serial": 7}\n7\nnull\n{"serial": null}\n')
    assert Journal(tmp_path).history() == [FIRST]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", "{}", '{"format": 1}', "\x00"),
        '{"format": 1, "serial": 1, "past": [], "last": null, "sets": [{"id": "a"}]}',
        '{"format": 1, "serial": 1, "past": [], "last": {}, "sets": []}',
    ],
)
def test_a_damaged_state_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(RulesetError, match=r"is damaged .* move .* away"):
        Journal(tmp_path).read()


def test_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps({"format": 2}))
    with pytest.raises(RulesetError, match="newer Douane"):
        Journal(tmp_path).read()
