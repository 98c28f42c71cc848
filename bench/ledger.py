"""`python -m bench.ledger [--rows N] [--database D]`: how fast the verdict log answers.

A year of verdicts is made up and stored, then questions are asked one after the other while 500
more verdicts a second are written.
"""

import argparse
import multiprocessing
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import text

from api.serving import calm_collector
from api.stats_models import GRANULARITY
from bench.ledger_fill import fill
from bench.ledger_rows import CHANNELS, TYPES, USERS, WORMS, Company
from bench.report import machine
from bench.servers.postgresql import Postgresql
from verdicts.ledger.reading.queries import Filters, Reader, Sort
from verdicts.ledger.stats.buckets import WIDTHS, Granularity
from verdicts.ledger.stats.statistics import DIMENSIONS, MOST_BUCKETS, timeseries, top
from verdicts.ledger.store import Writer

DAY = WIDTHS[Granularity.DAY]
YEAR = timedelta(days=365)
LAST = (DAY // 24, DAY, 7 * DAY, 30 * DAY, 365 * DAY)
STATISTICS_MS = 50
PAGE_MS = 100
WRITTEN_A_SECOND = 500
PAUSE_SECONDS = 0.2
CHUNK_BYTES = 1 << 22
ROW = "{:<34}{:>8}{:>10}{:>10}{:>10}   {}"


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    limit_ms: int
    ask: Callable[[Reader, random.Random], object]


def some_range(rng: random.Random) -> tuple[int, int]:
    """Return any range of the year, or, as often, one that ends now."""
    now = time.time_ns() // 1000
    if rng.random() < 0.5:
        return now - rng.choice(LAST), now
    one, other = (now - rng.randrange(365 * DAY) for _ in range(2))
    return min(one, other), max(one, other) + 1


def ask_summary(reader: Reader, rng: random.Random) -> object:
    return reader.summary(*some_range(rng))


def ask_top(reader: Reader, rng: random.Random) -> object:
    with reader.connect() as connection:
        return top(connection, rng.choice(DIMENSIONS), *some_range(rng), 100)


def ask_timeseries(reader: Reader, rng: random.Random) -> object:
    since, until = some_range(rng)
    served = GRANULARITY.values()
    widths = [one for one in served if (until - since) / WIDTHS[one] < MOST_BUCKETS - 1]
    with reader.connect() as connection:
        return timeseries(connection, since, until, rng.choice(widths), rng.choice(DIMENSIONS))


def ask_page(reader: Reader, rng: random.Random) -> object:
    since, until = some_range(rng)
    number = int(USERS ** rng.random()) - 1
    filters: dict[str, str] = rng.choice(
        [
            {},
            {"user": f"user{number:04d}@corp.example"},
            {"client_ip": f"10.{number // 250}.{number % 250}.7"},
            {"channel": rng.choice(CHANNELS)},
            {"action": "block", "channel": rng.choice(CHANNELS)},
            {"level": "malicious", "action": "allow"},
            {"true_type": rng.choice(TYPES)[0], "direction": "upload"},
            {"name": f"IM_Worm_{int(WORMS ** rng.random()) - 1:03d}"},
            {"code": "disguise.extension", "user": f"user{number:04d}@corp.example"},
            {"reason": "encrypted", "channel": rng.choice(CHANNELS)},
            {"url": f"https://cdn{number % 9}.*"},
            {"sha256": f"{number:064x}"},
        ]
    )
    sort = Sort.NEWEST if rng.random() < 0.8 else rng.choice(list(Sort))
    wanted = Filters(since, until, **filters)  # type: ignore[arg-type]  # none of them is a flag
    return reader.page(wanted, 100, sort=sort)


QUESTIONS = (
    Question("summary, any range", STATISTICS_MS, ask_summary),
    Question("top, any range and dimension", STATISTICS_MS, ask_top),
    Question("timeseries, any range", STATISTICS_MS, ask_timeseries),
    Question("page of verdicts, any filter", PAGE_MS, ask_page),
)


def write_steadily(
    url: str, begun: Event, stop: Event, written: "multiprocessing.Queue[int]"
) -> None:
    """Write WRITTEN_A_SECOND verdicts of now until told to stop; tell how many it were."""
    writer, company = Writer(url), Company(seed=2)
    group = int(WRITTEN_A_SECOND * PAUSE_SECONDS)
    start, count = time.monotonic(), 0
    while not stop.is_set():
        now = datetime.now(UTC)
        for entries in company.transfers(group, now - timedelta(seconds=PAUSE_SECONDS), now):
            writer.write(entries)
        count += group
        begun.set()
        stop.wait(max(0, start + count / WRITTEN_A_SECOND - time.monotonic()))
    writer.close()
    written.put(round(count / (time.monotonic() - start)))


@contextmanager
def written_to(url: str) -> Iterator[Callable[[], int]]:
    """Have a process write to the log; what is given stops it and returns verdicts a second."""
    context = multiprocessing.get_context("spawn")
    begun, stop, written = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=write_steadily, args=(url, begun, stop, written))
    process.start()
    begun.wait(60)

    def rate() -> int:
        stop.set()
        return int(written.get(timeout=60))

    try:
        yield rate
    finally:
        stop.set()
        process.join()


def measure(url: str, times: int, tell: Callable[[str], None]) -> dict[Question, list[float]]:
    """Return how many milliseconds each question took, each time."""
    calm_collector()  # as the API does
    reader, rng = Reader(url), random.Random(7)
    taken: dict[Question, list[float]] = {}
    for question in QUESTIONS:
        tell(f"{times} times: {question.name}")
        question.ask(reader, rng)
        taken[question] = []
        for _ in range(times):
            begun = time.perf_counter()
            question.ask(reader, rng)
            taken[question].append((time.perf_counter() - begun) * 1000)
    reader.close()
    return taken


def size_of(url: str, folder: Path) -> int:
    """Return the bytes on disk."""
    if url.startswith("sqlite"):
        return sum(path.stat().st_size for path in folder.glob("log.sqlite*"))
    reader = Reader(url)
    with reader.connect() as connection:
        query = text("SELECT pg_database_size(current_database())")
        size = int(connection.execute(query).scalar_one())
    reader.close()
    return size


def warm(folder: Path) -> None:
    """Have the system's cache hold what it can of the database."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(CHUNK_BYTES):
                    pass


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/log.sqlite"
        return
    with Postgresql(folder, sync=True, memory="2GB", vacuum=True) as server:
        yield server.create_database()


def run(kind: str, rows: int, times: int) -> bool:
    """Return whether every question was answered in time."""
    folder = Path(tempfile.mkdtemp(prefix="dl-", dir="/var/tmp"))
    met = True
    try:
        with database(kind, folder) as url:
            until = datetime.now(UTC)
            begun = time.monotonic()
            fill(url, Company().transfers(rows, until - YEAR, until), _tell)
            filled = time.monotonic() - begun
            size = size_of(url, folder)
            _tell("reading all of it once, as a log that is in use has been read")
            warm(folder)
            with written_to(url) as rate:
                taken = measure(url, times, _tell)
                written = rate()
    finally:
        shutil.rmtree(folder)
    print(f"\n{kind}, {rows:,} verdicts of a year, filled in {filled:.0f} s;", end=" ")
    print(f"{size / rows:,.0f} MB on disk a million; {written}/s written meanwhile")
    print(ROW.format("milliseconds", "times", "p50", "p99", "most", "limit of p99"))
    for question, all_ms in taken.items():
        cuts = statistics.quantiles(all_ms, n=100)
        figures = (f"{one:.1f}" for one in (cuts[49], cuts[98], max(all_ms)))
        missed = "" if cuts[98] <= question.limit_ms else "  MISSED"
        print(ROW.format(question.name, len(all_ms), *figures, f"{question.limit_ms}{missed}"))
        met &= not missed
    return met


def _tell(line: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {line}", file=sys.stderr, flush=True)  # noqa: DTZ005


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="verdicts of the year")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="both if absent")
    parser.add_argument("--times", type=int, default=500, help="how often each question is asked")
    options = parser.parse_args()
    print(machine())
    kinds = [options.database] if options.database else ["sqlite", "postgresql"]
    return int(not all(run(kind, options.rows, options.times) for kind in kinds))


if __name__ == "__main__":
    raise SystemExit(main())
