"""Clues to passwords: any text is searched in bounded time, for a bounded number of short words.

Input: a byte that chooses how the text is declared, then the text.
"""

from dataclasses import replace

from scanners.model import Clue, Content, Source
from scanners.passwords.candidates import (
    DEFAULTS,
    MOST_GIVEN,
    MOST_NAMED,
    MOST_SPOKEN,
    candidates,
)
from scanners.passwords.hints import hints, masked
from scanners.passwords.password import LONGEST

TYPES = (
    "text/plain", "text/html", "application/json", "message/rfc822", "image/svg+xml",
    "application/x-www-form-urlencoded",
)  # fmt: skip
CHARSETS = ("", "koi8-r", "utf-16", "shift_jis", "no such", "cp1252")
PLANTED = "Swordfish-7"
MOST = MOST_GIVEN + MOST_SPOKEN + MOST_NAMED + len(DEFAULTS)


def fuzz_one(data: bytes) -> None:
    choice, rest = data[0] if data else 0, data[1:]
    declared = TYPES[choice % len(TYPES)]
    charset = CHARSETS[choice // len(TYPES) % len(CHARSETS)]
    clue = Clue(memoryview(rest), declared_type=declared, charset=charset)
    text = rest.decode("latin-1")
    named = replace(clue, view=memoryview(b""), source=Source.NAME, name=text[:300])
    content = Content(memoryview(b""), name=text, path=(text[:100],), clues=(clue, named))
    first = [password.text for password in candidates(content, ())]
    assert first == [password.text for password in candidates(content, ())], "not the same twice"
    assert len(first) == len(set(first)) <= MOST
    assert all(0 < len(password) <= LONGEST for password in first)
    message = Clue(memoryview(b"\nThe password is: %b\n" % PLANTED.encode()))
    both = candidates(replace(content, clues=(message, clue)), ())
    assert PLANTED in (password.text for password in both), "another text hides a password"
    url = f"https://example.com/{text}"
    assert len(hints(url)) <= MOST
    assert len(masked(url)) <= 4 * len(url)
