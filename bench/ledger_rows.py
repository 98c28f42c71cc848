"""A year of transfers of a company, as the ledger gets them: made up, and always the same.

Busy by day and on weekdays, quiet at night; few users have most transfers (Zipf), many files come
again, few are blocked.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from verdicts.ledger.entry import Entry, Found, Missed, VerdictRow
from verdicts.record import EPOCH, microseconds

HOUR = 3_600_000_000
BATCH = 10_000
USERS = 3_000
CONTENTS = 200_000
"""Files that come again and again; two in five are one of them."""
WORMS = 300
TREE = '{"type":"%s","mime":"%s","family":"%s","kind":"","name":"","children":[]}'
BY_HOUR = (2, 1, 1, 1, 1, 2, 5, 12, 25, 32, 34, 32, 26, 30, 33, 32, 28, 22, 15, 11, 9, 7, 5, 3)
WEEKEND = 0.25
CHANNELS = ("telegram", "whatsapp", "discord", "slack", "teams", "signal", "unknown", "viber")
TYPES = (
    ("jpeg", "image/jpeg", "image"),
    ("png", "image/png", "image"),
    ("webp", "image/webp", "image"),
    ("mp4", "video/mp4", "video"),
    ("pdf", "application/pdf", "document"),
    ("ogg", "audio/ogg", "audio"),
    ("zip", "application/zip", "archive"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
    ("text", "text/plain", "text"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document"),
    ("gif", "image/gif", "image"),
    ("rar", "application/vnd.rar", "archive"),
    ("pe", "application/x-dosexec", "program"),
    ("", "", ""),
)
ENCRYPTED = (Missed("archives", "encrypted", "[]"),)


class Zipf:
    """The n-th of the choices is drawn 1/n times as often as the first."""

    def __init__(self, rng: random.Random, choices: Sequence[str]) -> None:
        self._rng, self._choices = rng, choices
        self._weights = list(accumulate(1 / n for n in range(1, len(choices) + 1)))

    def draw(self, number: int) -> list[str]:
        return self._rng.choices(self._choices, cum_weights=self._weights, k=number)


class Company:
    """Its users, the files that they send again and again, and the worms that reach them."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = rng = random.Random(seed)
        self._users = Zipf(rng, [f"user{n:04d}@corp.example" for n in range(USERS)])
        self._contents = Zipf(rng, [rng.randbytes(32).hex() for _ in range(CONTENTS)])
        self._worms = Zipf(rng, [f"IM_Worm_{n:03d}" for n in range(WORMS)])

    def transfers(self, count: int, since: datetime, until: datetime) -> Iterator[list[Entry]]:
        """Yield `count` entries, since <= time < until, by time, in lists of about BATCH."""
        batch: list[Entry] = []
        for start, end, number in _busy(count, microseconds(since), microseconds(until)):
            times = sorted(self._rng.randrange(start, end) for _ in range(number))
            users, contents = self._users.draw(number), self._contents.draw(number)
            batch += map(self._entry, times, users, contents)
            if len(batch) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _entry(self, time: int, user: str, content: str) -> Entry:
        rng = self._rng
        dice = rng.random()
        number = int(user[4:8])
        if dice < 0.004:
            action, level, clause = "block", "malicious", "malicious"
            found: tuple[Found, ...] = (
                Found("signature.yara", "yara", self._worms.draw(1)[0], "malicious", "[]", ""),
            )
        elif dice < 0.008:
            action, level, clause = "hold", "suspicious", "disguise"
            found = (Found("disguise.extension", "disguise", "extension", "suspicious", "[]", ""),)
        else:
            action, level, clause, found = "allow", "clean", "default", ()
        if dice > 0.4:
            content = rng.randbytes(32).hex()
        kind, mime, family = TYPES[min(int(rng.expovariate(0.45)), len(TYPES) - 1)]
        tree = TREE % (kind, mime, family) if kind else ""
        channel = CHANNELS[min(int(rng.expovariate(0.7)), len(CHANNELS) - 1)]
        direction = "download" if number % 4 else "upload"
        address = f"10.{number // 250}.{number % 250}.7"
        size = 1000 + int(rng.expovariate(1e-6))
        identity = (time // 1000).to_bytes(6, "big") + rng.randbytes(10)
        verdict = VerdictRow(
            identity, time, "gate1", "respmod", direction, action, action, clause,
            True, level, channel, user if number % 5 else "", address,
            f"https://cdn{number % 9}.{channel}.example/files/{content[:24]}",
            f"IMG_{content[:6]}.{kind or 'bin'}", mime, kind, size, content, "2026.11.1",
            "ClamAV 1.4.6/27000", rng.expovariate(0.1), dice < 0.3, tree, "", "",
        )  # fmt: skip
        return Entry(verdict, found, ENCRYPTED if 0.5 < dice < 0.51 else ())


def _busy(count: int, since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, transfers) of each hour; all transfers together are `count`."""
    hours = [(start, min(start + HOUR, until)) for start in range(since, until, HOUR)]
    weights = list(accumulate(_weight(start) * (end - start) for start, end in hours))
    before = 0
    for (start, end), weight in zip(hours, weights):
        number = round(count * weight / weights[-1])
        yield start, end, number - before
        before = number


def _weight(stamp: int) -> float:
    moment = EPOCH + timedelta(microseconds=stamp)
    return BY_HOUR[moment.hour] * (WEEKEND if moment.weekday() >= 5 else 1)
