"""Each specimen is the type that its name says, but for those that pretend."""

from pathlib import Path

from samples.types import type_specimens
from scanners.types.identify import TypeScanner
from scanners.types.table import read_type_table

RULES = Path(__file__).parents[2] / "rules"
KINDS = {
    "note.bat": ("script", "batch"),
    "list.ps1": ("script", "powershell"),
    "list-wide.ps1": ("script", "powershell"),
    "files.vbs": ("script", "vbs"),
    "tool.py": ("script", "python"),
    "console.msc": ("msc", ""),
    "drawing.svg": ("svg", "scripts"),
    "settings.inf": ("text", ""),
    "inert-1.0-py3-none-any.whl": ("zip", "whl"),
    "floppy.img": ("img", "fat"),
    "script.jpg": ("script", "powershell"),
    "album.png": ("jar", ""),
}


def test_types() -> None:
    scanner = TypeScanner(read_type_table(RULES / "types.toml"))
    found = {each.name: scanner.identify(memoryview(each.data)) for each in type_specimens()}
    assert {name: (one.name, one.kind) for name, one in found.items()} == KINDS
