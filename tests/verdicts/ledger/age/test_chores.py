"""The ledger's chores: by the settings, one bounded step at a time."""

from collections.abc import Callable

from sqlalchemy import func, select

from verdicts.ledger.age.chores import DAY, Chores
from verdicts.ledger.age.keeping_settings import PrivacySettings, RetentionSettings
from verdicts.ledger.age.pseudonyms import PSEUDONYM
from verdicts.ledger.entry import Entry
from verdicts.ledger.schema import ROLLUPS, VERDICT
from verdicts.ledger.store import Writer

FOR_EVER = RetentionSettings(verdict_days=0, statistics_days=0)
KEY = b"k" * 32


def test_nothing_to_do(url: str, make_entry: Callable[..., Entry]) -> None:
    writer = Writer(url)
    writer.write([make_entry(number) for number in range(5)])
    far = make_entry(0).verdict.time + 10_000 * DAY
    assert not Chores(FOR_EVER, PrivacySettings(), KEY).step(writer.connection(), far)
    writer.close()


def test_each_chore_has_its_day(url: str, make_entry: Callable[..., Entry]) -> None:
    entries = [make_entry(number) for number in range(1, 9)]
    writer = Writer(url)
    writer.write(entries)
    connection = writer.connection()
    privacy = PrivacySettings(user_days=1, address_days=1, url_days=2, name_days=2)
    chores = Chores(RetentionSettings(verdict_days=40, statistics_days=80), privacy, KEY)
    start = entries[0].verdict.time

    def after(days: int) -> None:
        while chores.step(connection, start + days * DAY + DAY // 2):
            pass

    def replaced(column: str) -> bool:
        with connection.begin():
            texts = connection.scalars(select(VERDICT.c[column]).where(VERDICT.c[column] != ""))
            return all(PSEUDONYM.search(text) for text in texts)

    def count(column: object) -> int:
        with connection.begin():
            return connection.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]

    after(0)
    assert not any(map(replaced, ("user", "client_ip", "url", "file_name")))
    after(1)
    assert (replaced("user"), replaced("client_ip"), replaced("url")) == (True, True, False)
    after(2)
    assert replaced("url")
    assert replaced("file_name")
    assert count(VERDICT.c.id) == len(entries)
    after(40)
    assert count(VERDICT.c.id) == 0
    assert count(ROLLUPS["user"].c.bucket) > 0
    after(120)
    assert count(ROLLUPS["user"].c.bucket) == 0


def test_what_arrives_old_is_kept_as_old(make_entry: Callable[..., Entry]) -> None:
    privacy = PrivacySettings(user_days=1, name_days=3)
    chores = Chores(FOR_EVER, privacy, KEY)
    old, young = make_entry(1), make_entry(2)
    now = young.verdict.time + 2 * DAY
    young = young._replace(verdict=young.verdict._replace(time=now))
    first, second = chores.arriving([old, young], now)
    assert second == young
    assert PSEUDONYM.fullmatch(first.verdict.user)
    assert first == old._replace(verdict=old.verdict._replace(user=first.verdict.user))
    (later,) = chores.arriving([old], now + 2 * DAY)
    assert PSEUDONYM.fullmatch(later.verdict.file_name)
