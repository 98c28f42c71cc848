"""What a script does with a program in it: told wherever it stands near, and told quickly."""

import pytest

from scanners.smuggling.doings import SPAN, Doings

BLANK = b"." * SPAN


@pytest.mark.parametrize(
    "text",
    [b"WriteAllBytes", b"IEX $a", b"os.startfile('a')", b"open('a', 'wb')", b"chmod +x a"],
)
def test_near(text: bytes) -> None:
    assert Doings(memoryview(text + BLANK * 3)).before(2 * SPAN)
    assert Doings(memoryview(BLANK * 3 + text)).before(2 * SPAN)
    assert Doings(memoryview(BLANK * 2 + text + BLANK * 2)).before(2 * SPAN + len(text))
    assert not Doings(memoryview(BLANK * 2 + text + BLANK * 4)).before(4 * SPAN)


def test_a_certificate() -> None:
    text = BLANK + b"-----BEGIN CERTIFICATE-----\n"
    assert Doings(memoryview(text + BLANK)).before(len(text))
    assert not Doings(memoryview(text + BLANK)).before(SPAN)
    assert not Doings(memoryview(b"open the chest, exec" + BLANK)).before(SPAN)


def test_many_questions_cost_as_much_as_one() -> None:
    """If each of them searched its whole span, this would run into the limit of time."""
    doings = Doings(memoryview(BLANK * 4))
    assert not any(doings.before(at) for at in range(0, 4 * SPAN, 100))
