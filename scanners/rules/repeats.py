"""How often parts of a regular expression repeat, which is what libyara's time grows with.  Pure.

libyara follows every way through an expression at once, a fiber each, at every byte: a variable
repeat may be at any of its counts, and a repeat of repeats at any of the products.  At 1,024 fibers
it gives the whole scan up, and long before its clock, which it looks at between matches, is no use
any more: `(.{1,99}e){1,20}` took 93 s where 3 were granted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST_COUNTS = 1000
"""All counts that the variable repeats of one expression may be at; 1,024 fibers end a scan."""
MOST_SAMPLES = 12
_TOKEN = re.compile(
    r"""
    (?P<open>\() | (?P<close>\)) | (?P<bar>\|) | (?P<place>\\[bB]|[\^$])
    | (?P<atom> \\x[0-9A-Fa-f]{2} | \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | . )
    """,
    re.DOTALL | re.VERBOSE,
)
_REPEAT = re.compile(r"(?:([*+?])|\{([0-9]{0,9})(,?)([0-9]{0,9})\})\??")
_ESCAPES = {"n": 10, "t": 9, "r": 13, "f": 12, "a": 7, "v": 11}
_MEMBERS = {"d": b"0", "D": b"a", "w": b"a", "W": b" ", "s": b" ", "S": b"a"}
"""One byte of each named class."""


@dataclass(frozen=True, slots=True)
class _Repeat:
    """How often a part stands there."""

    least: int = 1
    most: int | None = 1
    """None: without end."""

    @property
    def varies(self) -> bool:
        """It may be at several counts; `?` only stands there or not."""
        return self.most is None or self.most > max(self.least, 1)


@dataclass(slots=True)
class Repeats:
    """What repeats in one expression, or in one group of it."""

    counts: int = 0
    """That its variable repeats may be at, all together."""
    varies: bool = False
    nested: bool = False
    """A variable repeat stands in a variable repeat."""
    endless: int = 0
    """Parts that take any byte without end, `.*` and `.+`."""

    def take(self, part: "Repeats", repeat: _Repeat) -> None:
        """Add a part that repeats."""
        most = 1 if repeat.most is None else repeat.most  # endless ones are not counted out
        self.counts += part.counts * max(most, 1)
        if repeat.most is None or repeat.most > repeat.least:
            self.counts += most
        self.nested |= part.nested or (part.varies and repeat.varies)
        self.varies |= part.varies or repeat.varies
        self.endless += part.endless


def repeats(expression: str) -> Repeats:
    """Read what stands between the slashes of an expression that libyara takes."""
    groups = [Repeats()]
    for atom, repeat in _parts(expression):
        if atom == "(":
            groups.append(Repeats())
        elif atom == ")" and len(groups) > 1:
            group = groups.pop()
            groups[-1].take(group, repeat)
        else:
            endless = atom == "." and repeat.most is None
            groups[-1].take(Repeats(endless=int(endless)), repeat)
    while len(groups) > 1:  # libyara takes no such thing
        groups[-2].take(groups.pop(), _Repeat())
    return groups[0]


def fillers(expression: str) -> Iterator[bytes]:
    """Yield short contents, to be repeated, on which the expression begins often and ends late."""
    taken = [(_member(atom), repeat) for atom, repeat in _parts(expression) if atom not in "()"]
    lead = bytearray()
    for member, repeat in taken:
        if repeat != _Repeat() and lead:
            break
        lead += member
    sample = b"".join(member * _some(repeat) for member, repeat in taken)
    yield from (bytes(lead), sample[:-1], sample)
    members = dict.fromkeys((*(member for member, _ in reversed(taken)), b"a", b"\0", b" "))
    for member in islice(members, MOST_SAMPLES):
        yield bytes(lead) + member * 400
        yield sample[:-1] + member * 40


def _some(repeat: _Repeat) -> int:
    """Return how often a part stands in a sample: often, where it may."""
    return min(max(repeat.least, 20), 50 if repeat.most is None else repeat.most, 200)


def _parts(expression: str) -> Iterator[tuple[str, _Repeat]]:
    """Yield "(", ")" and the atoms, each with the repeat behind it."""
    at = 0
    while token := _TOKEN.match(expression, at):
        at = token.end()
        if token["open"]:
            yield "(", _Repeat()
        elif token["close"] or token["atom"]:
            found = _REPEAT.match(expression, at)
            if found:
                at = found.end()
            yield token[0], _read(found) if found else _Repeat()


def _read(found: re.Match[str]) -> _Repeat:
    if found[1]:
        return {"*": _Repeat(0, None), "+": _Repeat(1, None), "?": _Repeat(0, 1)}[found[1]]
    least = int(found[2] or 0)
    if not found[3]:
        return _Repeat(least, least)
    return _Repeat(least, int(found[4]) if found[4] else None)


def _member(atom: str) -> bytes:
    """Return one byte that the atom takes, or for a class that is left out some other."""
    if atom.startswith("["):
        inside = atom[1:-1].lstrip("^")
        token = _TOKEN.match(inside)
        left_out = atom.startswith("[^")
        return b"a" if left_out or token is None or not token["atom"] else _member(token[0])
    if atom == ".":
        return b"a"
    if not atom.startswith("\\"):
        return atom.encode("utf-8", "replace")
    name = atom[1:]
    if name.startswith("x") and len(name) > 1:
        return bytes.fromhex(name[1:])
    if name in _ESCAPES:
        return bytes([_ESCAPES[name]])
    return _MEMBERS.get(name) or name.encode("utf-8", "replace")
