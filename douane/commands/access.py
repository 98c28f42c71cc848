"""douane access: names and passwords of ICAP clients, in the file of [access] basic_users."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.settings import Settings
from douane.settings_file import ConfigError, load_settings
from icap_server.users import HashedPassword, check_name, read_users, write_users

SHORTEST = 12
EXAMPLES = """\
examples:
  douane access add proxy-1
  pwgen -s 32 1 | douane access add proxy-1
  douane access list
  douane access remove proxy-1

The password is asked for, or read from a pipe.  A file that root makes can be read by
the group of the state directory: the service's.
A running service knows the change within two seconds.
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "access",
        help="add, list and remove ICAP clients that need a password",
        description="Clients that show Basic credentials. The file holds hashes, no passwords.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser(
        "add", parents=[common], help="add a name, or give it another password"
    )
    create.add_argument("name", help="who it is, e.g. proxy-1")
    create.set_defaults(run=add_one)
    listing = actions.add_parser("list", parents=[common], help="list the names")
    listing.set_defaults(run=list_all)
    remove = actions.add_parser("remove", parents=[common], help="take a name out")
    remove.add_argument("name")
    remove.set_defaults(run=remove_one)


def add_one(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    path = _path(settings)
    try:
        check_name(arguments.name)
        users = read_users(path) if path.exists() else {}
        users[arguments.name] = HashedPassword.of(_ask_password())
    except ValueError as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return 2
    write_users(path, users, _group_of_service(settings))
    print(printable(f"{arguments.name} is in {path}"))
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    for name in read_users(_path(load_settings(arguments.config).settings)):
        print(printable(name))
    return 0


def remove_one(arguments: argparse.Namespace) -> int:
    path = _path(load_settings(arguments.config).settings)
    users = read_users(path)
    if users.pop(arguments.name, None) is None:
        print(f"there is no {arguments.name!a} in {path}")
        return 2
    write_users(path, users)
    print(printable(f"{arguments.name} is no longer in {path}"))
    return 0


def _ask_password() -> str:
    """Return it from the terminal, without showing it, or from a pipe; never an argument."""
    if os.isatty(0):
        password = getpass.getpass("password: ")
        if getpass.getpass("again: ") != password:
            raise ValueError("the two passwords differ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < SHORTEST:
        raise ValueError(f"a password has {SHORTEST} characters at least: nobody has to type it")
    return password


def _group_of_service(settings: Settings) -> int | None:
    """Return who has to read what root writes: the group that the state directory belongs to."""
    if os.geteuid() != 0 or not settings.state.directory.exists():
        return None
    return settings.state.directory.stat().st_gid


def _path(settings: Settings) -> Path:
    stated = settings.access.basic_users
    if not stated:
        raise ConfigError('first set [access] basic_users = "users" (a file) in douane.toml')
    return Path(stated)
