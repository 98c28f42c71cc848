"""Tables, bars and lines of numbers for a terminal; every text in them is made printable."""

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from douane.explain import printable

EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = "▁▂▃▄▅▆▇█"
UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def draws_blocks() -> bool:
    """Whether the output can show the characters that bars are made of."""
    try:
        (EIGHTHS + HEIGHTS).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def bar(value: int, most: int, length: int) -> str:
    """Return a bar that is `length` long if the value is the most there is."""
    eighths = round(8 * length * value / most) if most else 0
    if not draws_blocks():
        return "#" * (eighths // 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def sparkline(values: Sequence[int], length: int) -> str:
    """Return a character a value, or for several next to each other if there is no room."""
    step = max(1, -(-len(values) // length))
    sums = [sum(values[start : start + step]) for start in range(0, len(values), step)]
    most = max(sums, default=0)
    heights = HEIGHTS if draws_blocks() else "_.-=+*#@"
    return "".join(heights[min(7, -(-7 * value // most))] if most else heights[0] for value in sums)


def cell(text: object, length: int) -> str:
    """Return exactly `length` columns of it, cut with … if it is longer."""
    kept, left = "", length
    for char in printable(text):
        if columns(char) > left:
            ellipsis = "…" if draws_blocks() else "~"
            while _wide(kept) > length - 1:
                kept = kept[:-1]
            return _padded(kept + ellipsis, length)
        kept += char
        left -= columns(char)
    return _padded(kept, length)


def line(texts: Iterable[object], lengths: Sequence[int]) -> str:
    """Return a line of cells, two spaces between."""
    return "  ".join(cell(text, length) for text, length in zip(texts, lengths)).rstrip()


def size(value: int) -> str:
    """Return e.g. "1.2 GiB"."""
    amount, unit = float(value), 0
    while amount >= 1024 and unit < len(UNITS) - 1:
        amount /= 1024
        unit += 1
    return f"{value} bytes" if unit == 0 else f"{amount:.1f} {UNITS[unit]}"


def _padded(text: str, length: int) -> str:
    return text + " " * (length - _wide(text))


def _wide(text: str) -> int:
    return sum(map(columns, text))


def columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
