"""douane rules pack, keygen: a rule set as one file, and the keys that sign it."""

import argparse
import sys
from pathlib import Path

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.settings_file import load_settings
from verdicts.rulesets.bundle import pack
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.signature import make_keys, read_private

FAILED = 2


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    packing = actions.add_parser(
        "pack",
        parents=[common],
        help="write a rule set to one file, for another machine or for the REST API",
        description="The same rule set makes the same file. Check it first: `douane rules check`.",
    )
    packing.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="folder of rules")
    packing.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    packing.add_argument("--key", type=Path, metavar="PEM", help="sign it with this private key")
    packing.set_defaults(run=run_pack)
    keygen = actions.add_parser(
        "keygen",
        parents=[common],
        help="make a pair of keys for signatures of rule sets",
        description="NAME.pem signs and stays with you; NAME.pub goes to [rules] trusted_keys.",
    )
    keygen.add_argument("name", type=Path, metavar="NAME", help="path without suffix")
    keygen.set_defaults(run=run_keygen)


def run_pack(arguments: argparse.Namespace) -> int:
    folder = arguments.folder or load_settings(arguments.config).settings.rules.directory
    try:
        key = None if arguments.key is None else read_private(arguments.key)
        ruleset = pack(folder, arguments.output, key)
    except RulesetError as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return FAILED
    signed = "" if key is None else ", signed"
    print(f"rule set {ruleset} is in {printable(arguments.output)}{signed}")
    return 0


def run_keygen(arguments: argparse.Namespace) -> int:
    private, public = (
        arguments.name.with_name(f"{arguments.name.name}{suffix}") for suffix in (".pem", ".pub")
    )
    make_keys(private, public)
    print(f"{printable(private)} signs: keep it to yourself")
    print(f"{printable(public)} is what others trust: add it to [rules] trusted_keys")
    return 0
