"""Which service a command talks to, and with which key: the local one if nothing else is said."""

import argparse
import json
import os
from pathlib import Path

from douane.client import Client, ClientError
from douane.settings import Settings
from douane.settings_file import load_settings
from verdicts.ledger.access.keys import ADMIN_KEY_FILE

KEY_VARIABLE = "DOUANE_KEY"
KEY_BYTES = 4096
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - addresses to talk to


def add_options(parser: argparse.ArgumentParser, *, default: object = None) -> None:
    """`default` is argparse.SUPPRESS for a command below another that has these options, too."""
    group = parser.add_argument_group("the service")
    group.add_argument(
        "--url",
        default=default,
        help="of the API, like https://douane.example; the service of the settings file if absent",
    )
    group.add_argument(
        "--key",
        type=Path,
        default=default,
        metavar="FILE",
        help=f"file with the API key (or set {KEY_VARIABLE}); never the key itself: "
        "everybody on the machine sees command lines",
    )
    group.add_argument(
        "--plain-http",
        action="store_true",
        default=False if default is None else default,
        help="allow http:// to another host, where everybody on the way can read the key",
    )


def open_client(arguments: argparse.Namespace) -> Client:
    """Return the client; raise ClientError, whose text says what is missing."""
    if arguments.url:
        return Client(arguments.url, _key(arguments.key, None), plain_http=arguments.plain_http)
    settings = load_settings(arguments.config).settings
    address = _local_address(settings)
    return Client(address, _key(arguments.key, settings.state.directory / ADMIN_KEY_FILE))


def _local_address(settings: Settings) -> str:
    try:
        found = json.loads(settings.addresses_file.read_bytes())["api"]
    except PermissionError:
        raise ClientError(
            f"{settings.state.directory} is not yours to read; run this as its owner, or name the "
            "service with --url and --key"
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise ClientError(
            "no service runs on these settings; start it with `douane serve`, choose its settings "
            "with --config, or name a service with --url"
        ) from None
    host, _, port = str(found).rpartition(":")
    return f"http://{EVERYWHERE.get(host, host)}:{port}"


def _key(file: Path | None, own: Path | None) -> str:
    if file is None and KEY_VARIABLE in os.environ:
        return os.environ[KEY_VARIABLE].strip()
    path = file or own
    if path is None:
        raise ClientError(f"no key: name a file with --key, or set {KEY_VARIABLE}")
    try:
        with path.open("rb") as opened:
            return opened.read(KEY_BYTES).decode("ascii").strip()
    except FileNotFoundError:
        if file is None:
            raise ClientError(
                f"{path} is gone; name another key with --key or {KEY_VARIABLE}"
            ) from None
        raise ClientError("--key names no file; it takes the name of one, not a key") from None
    except (OSError, UnicodeDecodeError):
        raise ClientError(
            f"{path} cannot be read or holds no key; name another with --key or {KEY_VARIABLE}"
        ) from None
