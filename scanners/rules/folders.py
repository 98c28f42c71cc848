"""On which contents a rule is tried: its folder says so, and the size bound in its condition.

Trying even one rule costs 0.8 ms a MiB, so a rule that cannot match a content is not tried on it.
Whatever keeps a rule from a content has to follow from its condition, or hits were lost in silence:
only what the condition states plainly counts, and `rules check` refuses the rest.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanners.rules.manifest import PATH

NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|/(?:\\.|[^/\\\n])+/", re.DOTALL
)  # comments, texts and regular expressions; YARA divides by "\", so each "/" begins one of them
_CONDITION = re.compile(r"\brule\s+(\w+)\b.*?\bcondition\s*:([^{}]*)\}", re.DOTALL)
_TOKEN = re.compile(r"[()\[\]]|(?<![$#@!\w])(?:and|or)\b")
_BOUND = re.compile(r"filesize\s*(<=?)\s*([0-9]+)(KB|MB)?")
_UNITS = {None: 1, "KB": 1024, "MB": 1024 * 1024}  # YARA manual, conditions


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """One folder of rule files."""

    admits: Callable[[memoryview], bool]
    """The rules of this folder are tried on this content."""
    demand: str
    """The same as part of a condition; empty if there is nothing to demand."""


_NO_SCRIPTS = {b"MZ": "0x5A4D", b"\xff\xd8": "0xD8FF", b"\x89P": "0x5089"}
"""How programs and the pictures that people send begin: no script does."""
_NO_SCRIPT_DEMAND = " and ".join(f"uint16(0) != {number}" for number in _NO_SCRIPTS.values())


FOLDERS = {
    "": RuleFolder(lambda view: True, ""),
    "lnk": RuleFolder(lambda view: bytes(view[:4]) == b"L\0\0\0", "uint32(0) == 0x0000004C"),
    "pe": RuleFolder(lambda view: bytes(view[:2]) == b"MZ", "uint16(0) == 0x5A4D"),
    "script": RuleFolder(lambda view: bytes(view[:2]) not in _NO_SCRIPTS, _NO_SCRIPT_DEMAND),
}
"""Folder below rules/yara/ -> what it means; "": rules/yara/ itself, tried on everything."""


def rule_files(top: Path) -> list[Path]:
    """Return all *.yar below rules/yara/, sorted, those in folders that are not FOLDERS too.

    A file that no set takes because of its name is left out, as it is in the manifest.
    """
    return [path for path in _found(top) if _set_path(top, path)]


def unread_files(top: Path) -> list[Path]:
    """Return the *.yar that are left out for their names, sorted, but for what is hidden."""
    return [
        path
        for path in _found(top)
        if not _set_path(top, path)
        and not any(part.startswith(".") for part in path.relative_to(top).parts)
    ]


def _found(top: Path) -> list[Path]:
    """A folder may be a link to one elsewhere, which "**" alone would pass over."""
    return sorted({*top.glob("**/*.yar"), *top.glob("*/*.yar")})


def _set_path(top: Path, path: Path) -> bool:
    return bool(PATH.fullmatch(f"yara/{path.relative_to(top).as_posix()}"))


def folder_name(file: str) -> str:
    """Return "pe" for "pe/worm_choke", "" for "eicar"; not necessarily one of FOLDERS."""
    return file.rpartition("/")[0]


def rule_conditions(source: str) -> dict[str, str]:
    """Return rule name -> condition, for a source that compiles; texts in it are left out."""
    return {found[1]: found[2] for found in _CONDITION.finditer(NOISE.sub(" ", source))}


def joined_parts(condition: str) -> list[str]:
    """Return what the outermost "and"s join; [] if an "or", which binds weaker, stands there."""
    parts, depth, start = [], 0, 0
    for token in _TOKEN.finditer(condition):
        if token[0] in ("(", "["):
            depth += 1
        elif token[0] in (")", "]"):
            depth -= 1
        elif depth == 0 and token[0] == "or":
            return []
        elif depth == 0:
            parts.append(condition[start : token.start()].strip())
            start = token.end()
    return [*parts, condition[start:].strip()]


def meets_demand(folder: RuleFolder, condition: str) -> bool:
    """Tell if the condition plainly cannot hold for a content that the folder does not admit."""
    if not folder.demand:
        return True
    parts = set(map(_squeezed, joined_parts(condition)))
    return parts.issuperset(map(_squeezed, joined_parts(folder.demand)))


def size_bound(condition: str) -> int | None:
    """Return the size in bytes above which the condition plainly cannot hold; None if it may."""
    found = filter(None, map(_BOUND.fullmatch, joined_parts(condition)))
    bounds = [int(one[2]) * _UNITS[one[3]] - (one[1] == "<") for one in found]
    return min(bounds, default=None)


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()
