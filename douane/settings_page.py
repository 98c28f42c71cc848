"""docs/settings.md, written from the settings themselves: `python -m douane.settings_page`."""

import argparse
import sys
from pathlib import Path

from pydantic.fields import FieldInfo

from douane.settings import SHIPPED_RULES, Settings, as_toml, is_repeated, section_class

INTRODUCTION = """\
# Settings

Written by `python -m douane.settings_page --write docs/settings.md`: change the code, not the page.

Douane runs without any settings file. To change something, write `douane.toml` and start with
`douane serve --config douane.toml`, or set `DOUANE_CONFIG`. Every key is optional, an unknown one
is refused with file and line. `douane config` shows what is in force and where it comes from.
Passwords do not belong in this file.
"""
TABLE = "| key | default | meaning |\n|---|---|---|\n"


def settings_page() -> str:
    """Return the page as Markdown."""
    parts = [INTRODUCTION]
    for name in Settings.model_fields:
        section = section_class(name)
        header = f"[[{name}]]" if is_repeated(name) else f"[{name}]"
        parts.append(f"\n## {header}\n\n{section.__doc__}\n\n{TABLE}")
        parts += [_row(key, value) for key, value in section.model_fields.items()]
    return "".join(parts)


def _row(key: str, field: FieldInfo) -> str:
    default = field.default
    shown = "" if default is None else f"`{as_toml(default)}`"
    shown = "the shipped `rules/`" if default == SHIPPED_RULES else shown
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `{key}` | {shown} | {meaning} |\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", type=Path, metavar="FILE")
    action.add_argument("--check", type=Path, metavar="FILE", help="fail if FILE is not up to date")
    arguments = parser.parse_args()
    if arguments.write:
        arguments.write.write_text(settings_page(), "utf-8")
        return 0
    if arguments.check.read_text("utf-8") == settings_page():
        return 0
    sys.stderr.write(f"{arguments.check} is not up to date: write it with --write\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
