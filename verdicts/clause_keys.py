"""The keys of a policy clause that look at the transfer: each turns its value into a test.

One function a key, listed in KEYS.  A value that is wrong raises ValueError with a sentence for
the analyst; the reader of the file adds file and line.
"""

import operator
import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from pathlib import Path

from scanners.model import Code, Reason, TypeNode
from scanners.types.table import read_type_table
from verdicts.addresses import lies_in, parse_networks
from verdicts.clause import Case, Test
from verdicts.hosts import matching_patterns, require_host_pattern
from verdicts.model import Action, Direction, Transfer, Verdict
from verdicts.program import is_program, message_parts, transferred

UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
AMOUNT = r"(\d{1,15}(?:\.\d{1,6})?)\s*(B|KiB|MiB|GiB|TiB)"
BOUND = re.compile(rf"(>=|<=|>|<)\s*{AMOUNT}")
RANGE = re.compile(rf"{AMOUNT}\s*\.\.\s*{AMOUNT}")
NOT_WHOLE = frozenset({Reason.PARTIAL, Reason.STREAMING})
"""With these the bytes are not the file that an analyst listed, but a piece of another one."""
COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def words(value: object) -> list[str]:
    """Return the texts of a value that may be one text or a list of them (any of)."""
    if value == []:
        raise ValueError("is an empty list, which nothing can match")
    texts = []
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str) or not text:
            raise ValueError("takes a text or a list of texts")
        texts.append(text)
    return texts


def choices(value: object, known: Iterable[str]) -> frozenset[str]:
    """Return the texts of a value, each of them one of `known`."""
    known = list(known)
    for text in words(value):
        if text not in known:
            raise ValueError(f"knows no '{text}'; known: {', '.join(known)}")
    return frozenset(words(value))


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("takes true or false")
    return value


def shell_patterns(value: object) -> Callable[[str], object]:
    """Return what matches a whole text against any pattern; `*` matches slashes too."""
    return re.compile("|".join(translate(text) for text in words(value))).match


def service(value: object) -> Test:
    wanted = frozenset(text.strip("/") for text in words(value))
    return lambda case: case.transfer.service in wanted


def direction(value: object) -> Test:
    wanted = choices(value, Direction)
    return lambda case: case.transfer.direction in wanted


def true_type(value: object) -> Test:
    matches = _type_matches(value)
    return lambda case: any(map(matches, message_parts(case.verdict.types)))


def outer_true_type(value: object) -> Test:
    """Without the parts of parts: whoever adds a picture to JSON does not make it one."""
    matches = _type_matches(value)
    return lambda case: any(map(matches, transferred(case.transfer, case.verdict.types)))


def declared_type(value: object) -> Test:
    match = shell_patterns([text.lower() for text in words(value)])
    return lambda case: any(map(match, _declared(case)))


def every_declared_type(value: object) -> Test:
    match = shell_patterns([text.lower() for text in words(value)])
    return lambda case: all(map(match, _declared(case)))


def file_name(value: object) -> Test:
    """Whatever anybody calls the file; extensions are the same in upper and lower case."""
    match = shell_patterns([text.casefold() for text in words(value)])

    def test(case: Case) -> bool:
        transfer = case.transfer
        names = (transfer.file_name, *(other.name for other in transfer.other_names))
        return any(name and match(name.casefold()) for name in names)

    return test


def every_file_name(value: object) -> Test:
    match = shell_patterns([text.casefold() for text in words(value)])

    def test(case: Case) -> bool:
        names = (case.transfer.file_name, *case.transfer.stated_names)
        return all(name and match(name.casefold()) for name in names)

    return test


def program(value: object, rules: Path) -> Test:
    """What a program is called, types.toml says: it lies in `rules`, beside the policy."""
    wanted = truth(value)
    try:
        table = read_type_table(rules / "types.toml")
    except (OSError, ValueError) as error:
        raise ValueError(f"needs types.toml beside the policy: {error}") from error
    return lambda case: is_program(case.transfer, case.verdict.types, table) is wanted


def channel(value: object) -> Test:
    wanted = frozenset(words(value))
    return lambda case: case.transfer.channel in wanted


def user(value: object) -> Test:
    """Directories do not tell upper from lower case in names, so neither does this."""
    match = shell_patterns([text.casefold() for text in words(value)])
    return lambda case: match(case.transfer.user.casefold()) is not None


def group(value: object) -> Test:
    match = shell_patterns([text.casefold() for text in words(value)])
    return lambda case: any(match(name.casefold()) for name in case.transfer.groups)


def client_ip(value: object) -> Test:
    networks = parse_networks(words(value))
    return lambda case: lies_in(case.transfer.client_ip, networks)


def host(value: object) -> Test:
    covers = host_patterns(value)
    return lambda case: covers(case.transfer)


def host_patterns(value: object) -> Callable[[Transfer], bool]:
    patterns = frozenset(require_host_pattern(text) for text in words(value))
    return lambda transfer: not patterns.isdisjoint(matching_patterns(transfer.host))


def url(value: object) -> Test:
    match = shell_patterns(value)
    return lambda case: match(case.transfer.url) is not None


def size(value: object) -> Test:
    ranges = [_range(text) for text in words(value)]
    return lambda case: any(within(case.size) for within in ranges)


def partial(value: object) -> Test:
    wanted = truth(value)
    return lambda case: case.transfer.partial is wanted


def hash_allowed(value: object) -> Test:
    """What is blocked by a hash, a member of it too, is never allowed by one."""
    wanted = truth(value)
    return lambda case: _is_allowed(case.verdict) is wanted


Key = Callable[[object], Test]
KEYS: dict[str, Key] = {
    "service": service,
    "direction": direction,
    "file_name": file_name,
    "true_type": true_type,
    "declared_type": declared_type,
    "channel": channel,
    "user": user,
    "group": group,
    "client_ip": client_ip,
    "host": host,
    "url": url,
    "size": size,
    "partial": partial,
    "hash_allowed": hash_allowed,
}
CONTENT_KEYS = frozenset({"true_type", "program", "size", "hash_allowed"})
"""Keys whose tests need the content; all others are answered by the heads."""
ALLOWING: dict[str, Key] = {
    "true_type": outer_true_type,
    "file_name": every_file_name,
    "declared_type": every_declared_type,
}
"""A sender may state several names and types.  One of them blocks; to allow takes all of them."""


def keys_beside(rules: Path, action: Action = Action.BLOCK) -> dict[str, Key]:
    """Return all keys of a clause that does `action`.

    One of them, `program`, reads another file of the folder `rules`.
    """
    keys = KEYS | {"program": lambda value: program(value, rules)}
    return keys | ALLOWING if action is Action.ALLOW else keys


def byte_count(value: object) -> int:
    """Read "64 KiB" or the like."""
    if not isinstance(value, str) or not (match := re.fullmatch(AMOUNT, value)):
        raise ValueError('takes an amount such as "64 KiB"; units B, KiB, MiB, GiB, TiB')
    return int(_bytes(match[1], match[2]))


def _type_matches(value: object) -> Callable[[TypeNode], bool]:
    match = shell_patterns(value)
    return lambda node: bool(match(node.file_type.name) or match(node.file_type.mime))


def _is_allowed(verdict: Verdict) -> bool:
    codes = {found.code for found in verdict.detections}
    if Code.HASH_ALLOWED not in codes or Code.HASH_BLOCKED in codes:
        return False
    return all(part.reason not in NOT_WHOLE for part in verdict.unscanned)


def _declared(case: Case) -> tuple[str, ...]:
    return (case.transfer.declared_type, *case.transfer.other_types)


def _range(text: str) -> Callable[[float], bool]:
    if match := BOUND.fullmatch(text):
        compare, limit = COMPARE[match[1]], _bytes(match[2], match[3])
        return lambda found: compare(found, limit)
    if match := RANGE.fullmatch(text):
        low, high = _bytes(match[1], match[2]), _bytes(match[3], match[4])
        if low <= high:
            return lambda found: low <= found <= high
    raise ValueError(
        f"does not understand '{text}': write \">= 100 MiB\" (or >, <, <=) or "
        '"1 KiB .. 10 MiB" (both ends included); units B, KiB, MiB, GiB, TiB'
    )


def _bytes(number: str, unit: str) -> float:
    return float(number) * UNITS[unit]
