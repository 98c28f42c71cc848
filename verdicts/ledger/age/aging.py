"""People's traces in old verdicts and events give way to pseudonyms, a step at a time."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, bindparam, select, update

from verdicts.ledger.age.progress import note_progress, read_progress
from verdicts.ledger.age.pseudonyms import Pseudonyms, Trace
from verdicts.ledger.entry import Entry
from verdicts.ledger.schema import DETECTION, EVENT, UNSCANNED, VERDICT
from verdicts.ledger.stats.buckets import Granularity, Span, floor
from verdicts.ledger.stats.folding import fold_keys

STEP_ROWS = 500
COUNTED_BY = {Trace.USER: "user", Trace.ADDRESS: "client_ip"}
"""Traces that are keys of statistics, and of which."""
Replace = Callable[[str], str]


def age_entry(entry: Entry, trace: Trace, pseudonyms: Pseudonyms) -> Entry:
    """Replace a trace in a verdict that is old when it comes: no later look would find it."""
    before = entry.verdict
    columns = _columns(trace, pseudonyms)
    texts: dict[str, Any] = {one: new(getattr(before, one)) for one, new in columns.items()}
    verdict = before._replace(**texts)
    if trace is not Trace.NAME:
        return entry._replace(verdict=verdict)
    return Entry(
        verdict,
        tuple(
            found._replace(path=pseudonyms.names(found.path), detail="")
            for found in entry.detections
        ),
        tuple(missed._replace(path=pseudonyms.names(missed.path)) for missed in entry.unscanned),
    )


def age_verdicts(connection: Connection, trace: Trace, before: int, pseudonyms: Pseudonyms) -> bool:
    """Replace a trace in some verdicts before the moment; return if more may be there.

    Goes on where it stopped; starts anew if something else is to take its place.
    """
    name = f"aging.{trace.value}.{pseudonyms.instead}"
    columns = _columns(trace, pseudonyms)
    query = select(VERDICT.c.id, VERDICT.c.time, *(VERDICT.c[column] for column in columns))
    rows, more = _next_rows(connection, name, query, VERDICT.c.time, before)
    _replace(connection, VERDICT, rows, columns)
    if trace is Trace.NAME:
        _age_members(connection, [row.id for row in rows], pseudonyms)
    return more


def age_events(connection: Connection, trace: Trace, before: int, pseudonyms: Pseudonyms) -> bool:
    """Do the same with what events say of transfers."""
    name = f"aging.events.{trace.value}.{pseudonyms.instead}"
    query = select(EVENT.c.id, EVENT.c.time, EVENT.c.data).where(EVENT.c.verdict.is_not(None))
    rows, more = _next_rows(connection, name, query, EVENT.c.time, before)
    replacing = _in_events(trace, pseudonyms)
    _replace(connection, EVENT, rows, {"data": lambda data: _replaced(data, replacing)})
    return more


def age_counts(connection: Connection, trace: Trace, before: int, pseudonyms: Pseudonyms) -> bool:
    """Do the same with the keys of statistics: buckets that ended before the moment."""
    for granularity in Granularity:
        name = f"aging.counts.{trace.value}.{granularity.name.lower()}.{pseudonyms.instead}"
        done, end = read_progress(connection, name), floor(granularity, before)
        if done >= end:
            if done > end:
                note_progress(connection, name, end)
            continue
        left = fold_keys(
            connection,
            COUNTED_BY[trace],
            Span(granularity, done, end),
            lambda text: pseudonyms.of(trace, text),
        )
        note_progress(connection, name, end if left is None else left.start)
        return True
    return False


def _next_rows(
    connection: Connection, name: str, query: Select[Any], time: Column[int], before: int
) -> tuple[Sequence[Row[Any]], bool]:
    """Return some rows before the moment, oldest first, and if more may be there.

    Notes how far this goes.  When the moment lies before that, the clock was ahead, and what came
    in between is still to be done.
    """
    done = read_progress(connection, name)
    if done >= before:
        if done > before:
            note_progress(connection, name, before)
        return (), False
    ordered = query.where(time >= done, time < before).order_by(time)
    rows = connection.execute(ordered.limit(STEP_ROWS)).all()
    more = len(rows) == STEP_ROWS
    if more and rows[0].time == rows[-1].time:  # all at one moment: take that moment whole
        moment = rows[0].time
        rows = connection.execute(query.where(time == moment)).all()
        reached = moment + 1
    else:
        reached = rows[-1].time if more else before
    note_progress(connection, name, reached)
    return rows, more


def _columns(trace: Trace, pseudonyms: Pseudonyms) -> dict[str, Replace]:
    """Return how to replace what in the table of verdicts."""
    match trace:
        case Trace.USER:
            return {"user": lambda text: pseudonyms.of(Trace.USER, text)}
        case Trace.ADDRESS:
            return {"client_ip": lambda text: pseudonyms.of(Trace.ADDRESS, text)}
        case Trace.URL:
            return {"url": pseudonyms.url}
        case Trace.NAME:
            return {
                "file_name": lambda text: pseudonyms.of(Trace.NAME, text),
                "other_names": lambda _: "",
                "types": pseudonyms.tree,
            }


def _in_events(trace: Trace, pseudonyms: Pseudonyms) -> dict[str, Replace]:
    match trace:
        case Trace.NAME:
            return {"file_name": lambda text: pseudonyms.of(Trace.NAME, text)}
        case _:
            return _columns(trace, pseudonyms)


def _age_members(connection: Connection, ids: Sequence[bytes], pseudonyms: Pseudonyms) -> None:
    """Paths hold names, and details of findings often do."""
    texts: tuple[tuple[Table, dict[str, Replace]], ...] = (
        (DETECTION, {"path": pseudonyms.names, "detail": lambda _: ""}),
        (UNSCANNED, {"path": pseudonyms.names}),
    )
    for table, columns in texts:
        query = select(table.c.verdict, table.c.position, *(table.c[name] for name in columns))
        _replace(
            connection,
            table,
            connection.execute(query.where(table.c.verdict.in_(ids))).all(),
            columns,
        )


def _replace(
    connection: Connection,
    table: Table,
    rows: Sequence[Row[Any]],
    columns: Mapping[str, Replace],
) -> None:
    """Write the rows whose columns change."""
    keys: list[Column[Any]] = list(table.primary_key.columns)
    changed = []
    for row in rows:
        before = row._mapping
        new = {name: replace(before[name]) for name, replace in columns.items()}
        if any(new[name] != before[name] for name in columns):
            changed.append(
                {f"key_{key.name}": before[key.name] for key in keys}
                | {f"new_{name}": text for name, text in new.items()}
            )
    if changed:
        query = update(table).where(*(key == bindparam(f"key_{key.name}") for key in keys))
        connection.execute(
            query.values({name: bindparam(f"new_{name}") for name in columns}), changed
        )


def _replaced(data: str, columns: Mapping[str, Replace]) -> str:
    row = json.loads(data)
    for name, replace in columns.items():
        if isinstance(row.get(name), str):
            row[name] = replace(row[name])
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
