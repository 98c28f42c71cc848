"""Names of one file that would make different kinds of file of it."""

from collections.abc import Iterator
from itertools import combinations, product

from scanners.disguise.named import RECOGNISED
from scanners.model import Content, DetectionLevel, Family
from scanners.names import extension, readings
from scanners.types.table import TypeTable

PAGES = frozenset({Family.TEXT, Family.DATA})
"""What a server makes an address end in, whatever comes from there."""

Promise = tuple[str, frozenset[Family]]
"""An extension and what it promises; never nothing."""


def find_contradiction(content: Content, table: TypeTable) -> tuple[DetectionLevel, str] | None:
    """Return how bad it is, and a sentence; None if no two names contradict each other.

    A program under one name and something else under the other is suspicious, unless the content
    is one that runs under no name; any other difference is worth a line.  Honest senders state one
    name, in two encodings at most, but some forget the quotes around its blanks, and are read in
    two ways.  A URL is often only an address: a text is not suspected for it.
    """
    if not (content.other_names or content.url_name or _may_be_cut(content.name)):
        return None
    stated = list(_promises((content.name, *content.other_names), table))
    told = [(pair, True) for pair in combinations(stated, 2)]
    if content.url_name:
        address = [one for one in _promises((content.url_name,), table) if _tells(one, table)]
        told += [(pair, False) for pair in product(stated, address)]
    found: tuple[DetectionLevel, str] | None = None
    for (one, other), trick in told:
        if one[1] & other[1]:
            continue
        level = _weigh(one, other, content, trick=trick, table=table)
        if found is None or level is DetectionLevel.SUSPICIOUS:
            found = level, f"called .{one[0]} in one place and .{other[0]} in another"
        if level is DetectionLevel.SUSPICIOUS:
            break
    return found


def _may_be_cut(name: str) -> bool:
    return "\0" in name or "%00" in name


def _promises(names: tuple[str, ...], table: TypeTable) -> Iterator[Promise]:
    """Yield each extension once; a colon is a part of titles here ("Node.js: a guide.pdf")."""
    extensions = dict.fromkeys(
        extension(reading) for name in names for reading in readings(name.replace(":", "_"))
    )
    for last in extensions:
        families = table.extension_families(last)
        if families and families != {Family.DATA}:
            yield last, families


def _tells(address: Promise, table: TypeTable) -> bool:
    last, families = address
    return last not in table.of_the_web and not families <= PAGES


def _weigh(
    one: Promise, other: Promise, content: Content, *, trick: bool, table: TypeTable
) -> DetectionLevel:
    programs = [last for last, families in (one, other) if Family.PROGRAM in families]
    if not programs or content.file_type.family in RECOGNISED:
        return DetectionLevel.INFO
    if not trick and _is_harmless_text(content, programs[0], table):
        return DetectionLevel.INFO
    return DetectionLevel.SUSPICIOUS


def _is_harmless_text(content: Content, last: str, table: TypeTable) -> bool:
    native = last in table.types["pe"].extensions  # no system runs a text under these
    return content.file_type.family is Family.TEXT and native
