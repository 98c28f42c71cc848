"""The command line: one sub-command a file in commands/."""

import argparse
import io
import os
import sys
from importlib import import_module
from pathlib import Path

from douane import __version__
from douane.child import NotReady
from douane.explain import printable
from douane.log import configure_logging
from douane.settings_file import ConfigError
from scanners.worker.pool import ZygoteFailed
from verdicts.ledger.questions import LedgerFailed, LogUnavailable
from verdicts.rule_file import RuleFileError

DESCRIPTION = "Douane inspects files in transit: an ICAP server for proxies, with ClamAV and YARA."
EXAMPLES = """\
examples:
  douane serve                         serve with the defaults
  douane serve --config douane.toml    … or with your settings
  douane scan --explain photo.jpg      inspect a file, say what was found and why it was ruled so
  douane stats --since 7d              what came, what was found, what was done
  douane verdicts --action block       the last that were blocked; `show ID` explains one
  douane doctor                        is every part there and healthy? if not, what to do
  douane selftest                      what would each kind of client make of the answers?
  douane config                        the settings in force, and where each comes from
  douane rules check                   check YARA rules, signatures, policy and channels
  douane access add proxy-1            a password for an ICAP client
  douane keys create soc --role viewer a key for the REST API
  douane state backup                  a copy of the state directory, while it is served
"""
COMMANDS = (
    "serve",
    "scan",
    "stats",
    "verdicts",
    "doctor",
    "selftest",
    "config",
    "rules",
    "keys",
    "access",
    "audit",
    "state",
)
"""Modules of commands/.  Only the one that is asked for is loaded: `serve` alone takes a second."""
FAILED = 2
"""Exit status when the command could not do its work."""
EXPECTED = (
    *(ConfigError, RuleFileError, NotReady, ZygoteFailed, OSError),
    *(LedgerFailed, LogUnavailable),
)
"""What a person can mend: said in one line.  Anything else is a bug and shows its traceback."""


def build_parser(word: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, or of all if the word is none."""
    parser = argparse.ArgumentParser(
        prog="douane",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Douane {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (or set DOUANE_CONFIG)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in (word,) if word in COMMANDS else COMMANDS:
        import_module(f"douane.commands.{name}").add(commands, common)
    return parser


def main(argv: list[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    arguments = build_parser(words[0] if words else "").parse_args(words)
    configure_logging(arguments.run.__module__.rpartition(".")[2])
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a letter is no reason to fail
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; what is left to print goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # what a shell reports for a program ended by SIGPIPE
    except EXPECTED as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130  # what a shell reports for a program ended by SIGINT
    return status


if __name__ == "__main__":
    sys.exit(main())
