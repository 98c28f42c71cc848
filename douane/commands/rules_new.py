"""douane rules new: the skeleton of a rule, its proof with a specimen, and its catalogue entry."""

import argparse
import re
import sys
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from douane.commands.parsers import Commands
from douane.commands.rules_lifecycle import login_name
from douane.explain import printable
from douane.settings_file import load_settings
from scanners.rules.catalogue import CatalogueError, Entry, read_catalogue
from scanners.rules.folders import FOLDERS

FAILED = 2
ANYTHING = "any"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
MAX_NAME = 60
WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./+!@_-]{0,59}")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
TECHNIQUES = ("technique", "trait")
FIRST, SECOND = "CHANGE ME: a text that only this has", "CHANGE ME: another, unrelated text"

RULE = """\
/* CHANGE ME: what it is, in a line. */

rule {rule}
{{
    meta:
        id = "{id}"
        version = "1.0"
        description = "Detects CHANGE ME"
        author = "{author}"
        source = "{author}"
        sharing = "TLP:CLEAR"
        date = "{today}"
        reference = "https://example.com/CHANGE-ME"
        category = "{category}"{malware_type}
        family = "{family}"
        level = "{level}"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $one = "{first}" ascii wide
        $two = "{second}" ascii wide
    condition:
        {demand}filesize < 4MB and all of them
}}
"""
TEST = """\
# CHANGE ME: where the texts come from.  samples/recipes.py lists what a sample can be.

[{rule}]
hits = [
    {both},
]
spares = [
    # too little of it
    {one},
    # the same in something else: a page that describes it
    "{first}",
]
"""
ENTRY = """\
name = "{family}"
kind = "{kind}"
aliases = []
first_seen = ""
networks = []
transport = ""
basis = "{basis}"
cover = [
    {{ rule = "{rule}", basis = "{basis}" }},
]
about = "CHANGE ME: what is published of it, what is not, and what the rule can therefore find."
references = []
"""
SAMPLES = {
    "pe": "{{ pe = [{quoted}] }}",
    "lnk": '{{ hex = "4c0000000114020000000000c000000000000046", suffix = "{joined}" }}',
}
"""Kind -> recipe of a specimen that holds texts; of others, the texts themselves."""


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = actions.add_parser(
        "new",
        parents=[common],
        help="write the skeleton of a rule, its proof and its catalogue entry",
        description="It is right as it stands, but for its texts: `douane rules check` names each.",
    )
    command.add_argument("name", metavar="NAME", help="such as worm_choke, or technique_autoit")
    kinds = [name or ANYTHING for name in FOLDERS]
    command.add_argument("--kind", choices=kinds, default="pe", help="what it is tried on (pe)")
    command.add_argument("--family", help="its name in the catalogue; from NAME if absent")
    command.add_argument("--author", help="your login name if absent")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    rules = load_settings(arguments.config).settings.rules.directory
    try:
        written = write_skeleton(
            rules,
            arguments.name,
            arguments.kind,
            family=arguments.family,
            author=arguments.author or login_name(),
            today=date.today(),  # noqa: DTZ011 - the analyst's own day
        )
    except (ValueError, FileExistsError) as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return FAILED
    print(*written, "next: replace each CHANGE ME, then", sep="\n")
    print("  douane rules check", "  douane rules stage", "  douane rules activate", sep="\n")
    return 0


def write_skeleton(
    rules: Path, name: str, kind: str, *, family: str | None, author: str, today: date
) -> list[str]:
    """Write the files; return what to tell of each.

    Raises ValueError for names that a rule cannot have, and FileExistsError: nothing is replaced.
    """
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise ValueError(f"{name[:60]!a} is no name for a rule; call it like worm_choke")
    family = family or name.partition("_")[2].replace("_", " ").title()
    for text in (family, author):
        if not WORDS.fullmatch(text):
            raise ValueError(f"{text[:60]!a} has characters that no family or author has")
    folder = Path("" if kind == ANYTHING else kind)
    values = _values(name, kind, family, author, today)
    files = {
        rules / "yara" / folder / f"{name}.yar": RULE,
        rules / "yara" / "tests" / folder / f"{name}.toml": TEST,
    }
    said = []
    if known := _known(rules, family):
        entry = f'{{ rule = "{values["rule"]}", basis = "{values["basis"]}" }}'
        said.append(f"add to cover in {rules / known.file}: {entry}")
    else:
        files[rules / "catalogue" / f"{name}.toml"] = ENTRY
    for path in files:
        if path.exists():
            raise FileExistsError(f"{path} is there already; choose another name")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text.format(**values))
    return [*(f"wrote {path}" for path in files), *said]


def _values(name: str, kind: str, family: str, author: str, today: date) -> dict[str, str]:
    words = name.title().split("_")
    technique = name.startswith(TECHNIQUES)
    parts = ["SUSP", *words[1:]] if technique else ["MAL", *words]
    rule = "_".join([*parts, f"{MONTHS[today.month - 1]}{today:%y}"])
    demand = FOLDERS["" if kind == ANYTHING else kind].demand
    return {
        "rule": rule,
        "id": str(uuid5(NAMESPACE_URL, f"{rule}/{author}")),
        "author": author,
        "today": today.isoformat(),
        "family": family,
        "category": "TECHNIQUE" if technique else "MALWARE",
        "malware_type": "" if technique else '\n        malware_type = "WORM"',
        "level": "suspicious" if technique else "malicious",
        "kind": "technique" if technique else "family",
        "basis": "traits" if technique else "published strings",
        "demand": f"{demand} and " if demand else "",
        "first": FIRST,
        "second": SECOND,
        "both": _sample(kind, [FIRST, SECOND]),
        "one": _sample(kind, [SECOND]),
    }


def _sample(kind: str, texts: list[str]) -> str:
    recipe = SAMPLES.get(kind, '"{joined}"')
    return recipe.format(quoted=", ".join(f'"{text}"' for text in texts), joined=" ".join(texts))


def _known(rules: Path, family: str) -> Entry | None:
    try:
        entries = read_catalogue(rules)
    except CatalogueError as error:
        raise ValueError(f"first correct the catalogue: {error}") from error
    meant = _plain(family)
    names = ((entry, (entry.name, *entry.aliases)) for entry in entries)
    return next((one for one, known in names if meant in map(_plain, known)), None)


def _plain(name: str) -> str:
    """Return "choke" for "W32/Choke"."""
    return name.rpartition("/")[2].casefold()
