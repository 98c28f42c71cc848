"""The catalogue: what is known of each family and technique, and which rules cover it, honestly.

One file each in rules/catalogue/, written by hand.  It decides nothing and is never guessed: a rule
of a family without published facts would be an invention, so its entry says that there is none.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanners.rules.manifest import PATH, UNREAD, UNREAD_FIX, shown
from scanners.rules.records import Problem

KINDS = ("family", "technique")
NO_BASIS = "none"
BASES = ("published strings", "file names", "traits", NO_BASIS)
"""What the rules rest on, the strongest first."""
KEYS = (
    *("name", "named_in_articles", "kind", "aliases", "first_seen", "networks", "transport"),
    *("basis", "cover", "about", "references"),
)
MAX_FILE_BYTES = 64 * 1024
MAX_ENTRIES = 2000
MAX_TEXT = 2000
MAX_ITEMS = 100
ADDRESS = re.compile(r"https?://[!-~]+")
AT_LINE = re.compile(r"at line (\d+)")
TEST_RULE = re.compile(r"TEST_|Douane\.Test\.")
"""Rules that only prove that an engine works cover nothing."""


class CatalogueError(ValueError):
    """An entry cannot be read; says "catalogue/choke.toml:3: …"."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        """Relative to the rules folder."""
        self.line = line
        """From 1."""
        self.message = message


@dataclass(frozen=True, slots=True)
class Cover:
    """One rule that covers an entry, and what the rule rests on."""

    rule: str
    """Name of a YARA rule or of a ClamAV signature."""
    basis: str
    """One of BASES but the last."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one family or technique."""

    name: str
    kind: str
    """One of KINDS."""
    aliases: tuple[str, ...]
    first_seen: str
    """As published: days, months and doubts; empty if nothing is."""
    networks: tuple[str, ...]
    transport: str
    basis: str
    """The strongest of BASES that a rule in `cover` has; "none" if nothing covers this."""
    cover: tuple[Cover, ...]
    about: str
    """What is published, what is not, and what the rules therefore can and cannot find."""
    references: tuple[str, ...]
    """Addresses of the descriptions that the facts were taken from."""
    named_in_articles: bool
    """Named by the articles of 2003 and 2004 that the product started from: listed first."""
    file: str
    """Relative to the rules folder."""
    lines: Mapping[str, int] = field(repr=False, compare=False)
    """Key or name of a rule -> its line in the file, from 1."""

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(one.rule for one in self.cover)


def read_catalogue(rules: Path) -> tuple[Entry, ...]:
    """Return all entries: those the articles name, then families, then techniques, by name.

    Raises CatalogueError; a folder without a catalogue has no entries.
    """
    found = (rules / "catalogue").glob("*.toml")
    paths = sorted(path for path in found if not path.name.startswith("."))  # an editor's own
    if len(paths) > MAX_ENTRIES:
        raise CatalogueError("catalogue", 1, f"more than {MAX_ENTRIES} entries")
    for path in paths:
        if not PATH.fullmatch(f"catalogue/{path.name}"):
            raise CatalogueError(shown(f"catalogue/{path.name}"), 1, f"{UNREAD}; {UNREAD_FIX}")
    entries = [_Reader(path, f"catalogue/{path.name}").entry() for path in paths]
    return tuple(sorted(entries, key=_order))


def catalogue_problems(entries: Collection[Entry], rules: Collection[str]) -> tuple[Problem, ...]:
    """Return where catalogue and rules do not fit; `rules`: YARA rules and ClamAV signatures."""
    return (
        *_clashes(entries),
        *_overstated(entries),
        *_unknown(entries, set(rules)),
        *_uncovered(entries, rules),
    )


def _order(entry: Entry) -> tuple[bool, int, str]:
    return not entry.named_in_articles, KINDS.index(entry.kind), entry.name.casefold()


def _clashes(entries: Collection[Entry]) -> Iterator[Problem]:
    """A name that two entries use, whatever its case: nobody could look it up."""
    seen: dict[str, str] = {}
    for entry in entries:
        for key, names in (("name", (entry.name,)), ("aliases", entry.aliases)):
            for name in names:
                first = seen.setdefault(name.casefold(), entry.file)
                if first != entry.file:
                    said = f"{first} uses the name {name!r} too"
                    fix = "merge the entries, or keep the name in one"
                    yield Problem(entry.file, entry.lines[key], "", said, fix)


def _overstated(entries: Collection[Entry]) -> Iterator[Problem]:
    """An entry that claims more, or less, than the rules that cover it."""
    for entry in entries:
        given = {one.basis for one in entry.cover} or {NO_BASIS}
        strongest = min(given, key=BASES.index)
        if entry.basis != strongest:
            said = f'the basis is "{entry.basis}", and by the rules in cover it is "{strongest}"'
            fix = f'write basis = "{strongest}", or correct cover'
            yield Problem(entry.file, entry.lines["basis"], "", said, fix)


def _unknown(entries: Collection[Entry], rules: Collection[str]) -> Iterator[Problem]:
    for entry in entries:
        for rule in entry.rules:
            if rule not in rules:
                fix = "correct the name, or take it out of cover"
                yield Problem(entry.file, entry.lines[rule], rule, "there is no such rule", fix)


def _uncovered(entries: Collection[Entry], rules: Collection[str]) -> Iterator[Problem]:
    named = {rule for entry in entries for rule in entry.rules}
    for rule in sorted(set(rules) - named):
        if not TEST_RULE.match(rule):
            fix = "name it in cover of its family, or write an entry for the technique"
            yield Problem("catalogue", 0, rule, "no entry of the catalogue names the rule", fix)


class _Reader:
    """One file; every complaint names a line, which tomllib itself does not."""

    def __init__(self, path: Path, file: str) -> None:
        self._file = file
        self._text = self._read(path)
        self._table = self._parsed()

    def entry(self) -> Entry:
        for key in self._table:
            if key not in KEYS:
                raise self._error(key, f"unknown key {key[:40]!r}; known keys: {', '.join(KEYS)}")
        cover = self._cover()
        return Entry(
            name=self._needed("name"),
            kind=self._one_of("kind", KINDS),
            aliases=self._list("aliases"),
            first_seen=self._one_text("first_seen"),
            networks=self._list("networks"),
            transport=self._one_text("transport"),
            basis=self._one_of("basis", BASES),
            cover=cover,
            about=self._needed("about"),
            references=self._references(),
            named_in_articles=self._named(),
            file=self._file,
            lines={word: self._line(word) for word in (*KEYS, *(one.rule for one in cover))},
        )

    def _read(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_FILE_BYTES + 1)
            if len(raw) > MAX_FILE_BYTES:
                raise CatalogueError(self._file, 1, f"longer than {MAX_FILE_BYTES} bytes")
            return raw.decode("utf-8")
        except OSError as error:
            said = error.strerror or "it cannot be read"
            raise CatalogueError(self._file, 1, said) from error
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise CatalogueError(self._file, line, "this is not UTF-8") from error

    def _parsed(self) -> dict[str, object]:
        try:
            return tomllib.loads(self._text)
        except ValueError as error:  # also for a number that int() finds too long
            at = AT_LINE.search(str(error))
            line = int(at[1]) if at else self._text.rstrip().count("\n") + 1
            raise CatalogueError(self._file, line, f"this is no TOML: {error}") from error
        except RecursionError as error:
            raise CatalogueError(self._file, 1, "nested too deep") from error

    def _one_text(self, key: str) -> str:
        return self._checked(key, self._table.get(key, ""))

    def _needed(self, key: str) -> str:
        if text := self._one_text(key).strip():
            return text
        raise self._error(key, f"an entry needs {key}")

    def _one_of(self, key: str, words: tuple[str, ...]) -> str:
        if (word := self._one_text(key)) in words:
            return word
        raise self._error(key, f"{key} is one of {', '.join(words)}")

    def _named(self) -> bool:
        named = self._table.get("named_in_articles", False)
        if isinstance(named, bool):
            return named
        raise self._error("named_in_articles", "named_in_articles is true or false")

    def _references(self) -> tuple[str, ...]:
        addresses = self._list("references")
        for address in addresses:
            if not ADDRESS.fullmatch(address):
                raise self._error(address, "a reference is an address, https://…")
        return addresses

    def _list(self, key: str) -> tuple[str, ...]:
        return tuple(self._checked(key, item) for item in self._items(key))

    def _items(self, key: str) -> list[object]:
        items = self._table.get(key, [])
        if not isinstance(items, list) or len(items) > MAX_ITEMS:
            raise self._error(key, f"{key} is a list of at most {MAX_ITEMS}")
        return items

    def _cover(self) -> tuple[Cover, ...]:
        """Return what `cover = [{ rule = "…", basis = "…" }]` says; empty: nothing covers it."""
        found: dict[str, Cover] = {}
        for item in self._items("cover"):
            if not isinstance(item, dict) or set(item) != {"rule", "basis"}:
                raise self._error("cover", 'cover holds { rule = "…", basis = "…" }')
            one = Cover(self._checked("cover", item["rule"]), self._checked("cover", item["basis"]))
            if one.basis not in BASES[:-1]:
                said = f"the basis of a rule is one of {', '.join(BASES[:-1])}"
                raise self._error(one.rule, said)
            if one.rule in found:
                raise self._error(one.rule, f"{one.rule} stands twice in cover")
            found[one.rule] = one
        return tuple(found.values())

    def _checked(self, key: str, value: object) -> str:
        if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
            raise self._error(key, f"{key}: a line of text, at most {MAX_TEXT} characters")
        return value

    def _error(self, word: str, message: str) -> CatalogueError:
        return CatalogueError(self._file, self._line(word), message)

    def _line(self, word: str) -> int:
        """Return the line of a key, or else of the first text that holds the word; 1 for none."""
        at_key = re.search(rf"^\s*\"?{re.escape(word)}\"?\s*=", self._text, re.MULTILINE)
        place = at_key.end() if at_key else max(self._text.find(word), 0)
        return self._text.count("\n", 0, place) + 1
