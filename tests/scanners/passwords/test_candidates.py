"""The order of candidates, each once, bounded."""

from scanners.model import Clue, Content, Source
from scanners.passwords.candidates import DEFAULTS, MOST_SPOKEN, candidates
from scanners.passwords.password import LONGEST, Password


def _clue(text: str, name: str = "", source: Source = Source.MESSAGE) -> Clue:
    return Clue(memoryview(text.encode()), source, name)


def _content(*clues: Clue) -> Content:
    return Content(memoryview(b""), name="holiday2024.secret.zip", clues=clues)


def test_the_order_of_sources() -> None:
    content = _content(
        _clue("the password is spoken1"),
        _clue("field1\r\n", "zip_pwd"),
        _clue("url1", "", Source.URL),
    )
    found = list(candidates(content, ("listed",)))
    texts = [one.text for one in found]
    wanted = ["url1", "field1", "spoken1", "holiday2024.secret", "listed", "infected"]
    assert [text for text in texts if text in wanted] == wanted
    order = [one.source for one in found]
    assert order == sorted(order, key=list(Source).index)


def test_names_of_what_it_lies_in_count() -> None:
    around = Clue(memoryview(b""), Source.NAME, "outer-name.bin")
    found = list(candidates(_content(around), ()))
    assert Password("outer-name", Source.NAME) in found
    assert found[0].text == "holiday2024.secret"


def test_each_comes_once_from_its_likeliest_source() -> None:
    found = list(candidates(_content(_clue("pw: infected")), ("infected", "listed")))
    texts = [one.text for one in found]
    assert len(set(texts)) == len(texts)
    assert Password("infected", Source.MESSAGE) in found


def test_certain_words_come_before_less_certain_ones() -> None:
    content = _content(
        _clue("C024BE91L", "channel"), _clue("by the way, abc is the password"),
        _clue("short", "comment"), _clue("password: first"),
    )  # fmt: skip
    texts = [one.text for one in candidates(content, ())]
    places = [texts.index(text) for text in ("first", "short", "abc", "C024BE91L")]
    assert places == sorted(places)


def test_defaults_come_last_and_all() -> None:
    assert [one.text for one in candidates(Content(memoryview(b"")), ())] == list(DEFAULTS)


def test_bounds() -> None:
    clues = [_clue(f"password: {'x' * (LONGEST + 1)}"), *(_clue(f"pw: {n}") for n in range(20_000))]
    found = list(candidates(_content(*clues), ()))
    assert all(0 < len(one.text) <= LONGEST for one in found)
    assert sum(one.source is Source.MESSAGE for one in found) <= MOST_SPOKEN


def test_nothing_is_read_before_it_is_asked_for() -> None:
    read = []

    class Lazy:
        def __iter__(self) -> "Lazy":
            read.append(1)
            raise StopIteration

    candidates(Content(memoryview(b""), clues=Lazy()), ())  # type: ignore[arg-type]
    assert not read
