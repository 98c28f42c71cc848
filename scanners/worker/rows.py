"""Rows of a report: written within bounds, read with suspicion."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from scanners.worker.messages import MalformedReport

LARGEST_NUMBER = 2**53
CUT = "…"

E = TypeVar("E", bound=StrEnum)


def fitting(items: Iterable[list[object]], most: int, room: int) -> tuple[list[str], int]:
    """Return the first items as JSON, as many as fit in count and bytes, and their number."""
    encoded: list[str] = []
    for item in items:
        text = json.dumps(item)
        room -= len(text) + 1
        if room < 0 or len(encoded) == most:
            break
        encoded.append(text)
    return encoded, len(encoded)


def clip(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + CUT


def clip_middle(name: str, longest: int) -> str:
    """Keep both ends: the last says what kind of file it is."""
    if len(name) <= longest:
        return name
    half = longest // 2
    return name[:half] + CUT + name[-half:]


def read_list(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise MalformedReport(f"a list of at most {most} entries was due")
    return value


def read_number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise MalformedReport("a number was due")
    return value


def read_flag(value: object) -> bool:
    if type(value) is not bool:
        raise MalformedReport("true or false was due")
    return value


def read_text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise MalformedReport(f"a text of at most {longest} characters was due")
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_member(kind: type[E], value: object) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise MalformedReport(f"{kind.__name__} has no such member") from None


def read_parts(value: object, count: int) -> list[object]:
    parts = read_list(value, count)
    if len(parts) != count:
        raise MalformedReport(f"{count} entries were due")
    return parts
