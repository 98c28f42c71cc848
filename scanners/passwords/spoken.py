"""What a text says a password is: "password: X", "das Passwort lautet X", 密码：X.

Pure: a text in, candidates out, the likely ones first.  Every pattern is bounded in length, so a
hostile text costs no more than an ordinary one of its size.
"""

import re
from collections.abc import Iterator
from itertools import islice

from scanners.passwords.password import LONGEST
from scanners.passwords.words import IS, IS_UNSPACED, SPACED, UNSPACED, WITH_SIGN

PLACES = 24
"""Words for "password" in one text behind which is looked."""
BEHIND = 200
"""Characters behind such a word that belong to it."""
WORDS = 12
"""Words of those that are tried one by one."""
BEFORE = 3
"""Words before it that are tried."""
HITS = 200
"""Places of one spelling that are looked at: "pin" is in many a word."""
SHORT_LINE = 100
"""Characters of a text that may be nothing but the password."""
SHORT_WORDS = 4
INFLECTED = 5
"""Letters from which on a word may be the end of a longer one, or have an ending."""


def _either(words: str) -> str:
    """Return a pattern for any of the words, longest first; a dot in the middle is a blank."""
    listed = sorted(set(words.split()), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace("·", r"[\s_]{1,3}") for word in listed)


_ALL_SPACED = " ".join(SPACED.values()).split()
_SHORT = _either(" ".join(word for word in _ALL_SPACED if len(word) < INFLECTED))
_INFLECTED = _either(" ".join(word for word in _ALL_SPACED if len(word) >= INFLECTED))
_SIGN = r"[:=：＝﹕]"
_WORD = re.compile(
    rf"(?:(?<![^\W_])(?:(?:{_SHORT})|(?:{_either(WITH_SIGN)})(?=\s{{0,3}}{_SIGN}))(?![^\W_])"
    rf"|(?:{_INFLECTED})[^\W\d_]{{0,3}}(?![^\W_])"
    rf"|(?:{_either(' '.join(UNSPACED.values()))}))",
    re.IGNORECASE,
)
_STEMS = tuple(
    {word.split("·")[0] for word in (*_ALL_SPACED, *WITH_SIGN.split())}
    | set(" ".join(UNSPACED.values()).split())
)
"""What is searched for in a text in lower case, a hundred times as fast as the pattern does."""
_IS = rf"(?:(?<!\w)(?:{_either(' '.join(IS.values()))})(?!\w)|{_either(IS_UNSPACED)})"
_OPEN, _CLOSE = "\"'“”„‟«»‹›「『《【`´‘’‚*<[", "\"'“”‟«»‹›」』》】`´‘’*>]"
_TRAILING = ".,;:)]}>\"'»›”“’‘」』》】。，、；：！？…*`"
_LEADING = "([{<\"'«‹“”„‘’‚「『《【*`"
_QUOTED = re.compile(
    rf"[^\n]{{0,60}}?(?:(?<!\w)[{re.escape(_OPEN)}]{{1,2}}|[「『《【])"
    rf"([^\n]{{1,{LONGEST}}}?)[{re.escape(_CLOSE)}]"
)
_AFTER_SIGN = re.compile(rf"[^\n:=]{{0,60}}?(?:{_SIGN}|->|=>|→|⇒|[–—]| - )[ \t\u3000]{{0,8}}(\S.*)")
_AFTER_IS = re.compile(rf"[^\n]{{0,60}}?{_IS}[\s:：\u3000]{{0,8}}(\S.*)", re.IGNORECASE)
_BLANK = re.compile(r"[\s:=：＝﹕–—>→-]*")
_ASCII_RUN = re.compile(r"[!-~]{3,}")
_IN_CJK = re.compile(r"[^\s，。、；！？「」『』（）]+")


def near_words(text: str) -> Iterator[str]:
    """Yield what probably is a password: in quotes, behind a colon, behind "is", directly behind.

    First of all places in the text what is behind a sign, then the rest.
    """
    places = list(_places(text))
    for rest in places:
        for pattern in (_AFTER_SIGN, _QUOTED, _AFTER_IS):
            if found := pattern.match(rest):
                quoted = _QUOTED.match(found[1]) if found[1][0] in _OPEN else None
                yield from trimmed(quoted[1]) if quoted else _first(found[1])
                break
    for rest in places:
        for pattern in (_QUOTED, _AFTER_IS, _AFTER_SIGN):
            if found := pattern.match(rest):
                yield from _first(found[1])
                yield from trimmed(found[1])
        yield from _first(_BLANK.sub("", rest, count=1))


def around_words(text: str) -> Iterator[str]:
    """Yield every word near one for "password", less likely ones than `near_words`."""
    for match in _found(text):
        rest = _rest(text, match.end())
        for word in rest.split()[:WORDS]:
            yield from trimmed(word)
        if not rest.isascii():
            for run in _ASCII_RUN.findall(rest)[:WORDS]:
                yield from trimmed(run)
        line = text[max(0, match.start() - BEHIND) : match.start()].rpartition("\n")[2]
        for word in reversed(line.split()[-BEFORE:]):
            yield from trimmed(word)


def short_line(text: str) -> Iterator[str]:
    """Yield a text that may be nothing but the password, and its words."""
    line = text.strip()
    if not line or len(line) > SHORT_LINE or "\n" in line:
        return
    yield from trimmed(line)
    words = line.split()
    if 1 < len(words) <= SHORT_WORDS:
        for word in words:
            yield from trimmed(word)


def trimmed(text: str) -> Iterator[str]:
    """Yield a candidate with and without what stands around it; "!" and "?" may belong to it."""
    bare = text.strip().rstrip(_TRAILING).lstrip(_LEADING)
    yield bare
    yield text.strip()
    yield text.strip().rstrip(_TRAILING)
    yield bare.rstrip("!?")


def _first(text: str) -> Iterator[str]:
    """Yield the first word, and what of it is before the next mark of a script without blanks."""
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    if not word.isascii() and (part := _IN_CJK.match(word)):
        yield from trimmed(part[0])
        if run := _ASCII_RUN.match(word):
            yield run[0]
    yield from trimmed(word.partition("&")[0])  # of an address, maybe
    yield from trimmed(word)


def _found(text: str) -> Iterator[re.Match[str]]:
    lowered = text.replace("İ", "I").lower()  # the one letter whose small form is longer
    starts: set[int] = set()
    for stem in _STEMS:
        at = lowered.find(stem)
        for _ in range(HITS):
            if at < 0:
                break
            starts.add(at)
            at = lowered.find(stem, at + 1)
    yield from islice(filter(None, (_WORD.match(text, at) for at in sorted(starts))), PLACES)


def _places(text: str) -> Iterator[str]:
    for match in _found(text):
        yield _rest(text, match.end())


def _rest(text: str, at: int) -> str:
    """Return the rest of the line; the next line if nothing is left of this one but signs."""
    lines = text[at : at + BEHIND].split("\n")
    rest = lines[0]
    if not _BLANK.sub("", rest, count=1):
        rest = next((line for line in lines[1:4] if line.strip()), "")
        return f": {rest}" if rest else ""
    return rest
