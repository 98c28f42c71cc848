"""What is known of a content, on both databases."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading import contents
from verdicts.ledger.reading.contents import FoundIn
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer
from verdicts.model import Direction, utc_now
from verdicts.record import id_text, microseconds

START = utc_now()
SHA256 = f"{3:064x}"


@pytest.fixture
def log(url: str, make_entry: Callable[..., Entry]) -> Iterator[tuple[Reader, list[Entry]]]:
    """Seventy transfers; every seventh is of one content, named in turns."""
    entries = []
    for number in range(70):
        name = "<b>.exe" if number % 3 else "a.jpg"
        when = START + timedelta(seconds=number)
        entries.append(make_entry(number, received_at=when, file_name=name))
    writer = Writer(url)
    writer.write(entries)
    writer.close()
    reader = Reader(url)
    yield reader, [one for one in entries if one.verdict.sha256 == SHA256]
    reader.close()


def people(entries: list[Entry], direction: Direction) -> int:
    verdicts = [one.verdict for one in entries if one.verdict.direction == direction.value]
    return len({one.user or one.client_ip for one in verdicts})


def test_all_that_is_known(log: tuple[Reader, list[Entry]]) -> None:
    reader, entries = log
    answer = reader.content(SHA256)
    assert answer is not None
    known, newest = answer
    assert newest["id"] == id_text(entries[-1].verdict.id)
    assert known.first_seen == microseconds(START + timedelta(seconds=3))
    assert known.last_seen == entries[-1].verdict.time
    assert known.transfers == known.examined == sum(known.by_action.values()) == 10
    assert known.names == {"<b>.exe": 6, "a.jpg": 4}
    assert known.senders == people(entries, Direction.UPLOAD) > 1
    assert known.recipients == people(entries, Direction.DOWNLOAD) > 1
    assert sum(known.by_level.values()) == sum(known.by_channel.values()) == 10
    worms = [one for one in entries if any(found.name == "Worm_X" for found in one.detections)]
    worm = FoundIn("signature.yara", "yara", "Worm_X", "malicious", len(worms))
    assert known.detections[0] == worm
    assert len(known.detections) == 2


def test_what_never_came(log: tuple[Reader, list[Entry]]) -> None:
    assert log[0].content("f" * 64) is None


def test_only_the_newest_are_looked_at_closely(
    log: tuple[Reader, list[Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "EXAMINED", 4)
    answer = log[0].content(SHA256)
    assert answer is not None
    known = answer[0]
    assert (known.transfers, known.examined, sum(known.by_action.values())) == (10, 4, 4)
