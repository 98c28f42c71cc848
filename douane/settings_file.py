"""douane.toml -> Settings, with file and line for what is wrong, and the origin of each value."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from douane.clamav import AUTO, OFF
from douane.listeners import split_address
from douane.settings import Settings, as_toml, is_repeated, section_class
from icap_server.profile import BlockStyle
from scanners.clamav.address import parse_address
from scanners.errors import EngineDown
from scanners.settings import Section
from verdicts.ledger.settings import database_url
from verdicts.rule_file import Place, RuleFile, RuleFileError

ENVIRONMENT = "DOUANE_CONFIG"
DEFAULT = "default"


class ConfigError(Exception):
    """The settings are wrong; the text names the file, the line and the fix."""


@dataclass(frozen=True, slots=True)
class Loaded:
    settings: Settings
    file: RuleFile | None

    def origins(self) -> Iterator["Line"]:
        """Yield each value in force.  What is not set and has no default is left out."""
        for section, found in self.settings:
            tables = found if is_repeated(section) else (found,)
            for index, table in enumerate(tables):
                for key, value in table:
                    if value is not None:
                        origin = self._origin((section, index, key))
                        yield Line(section, index, key, as_toml(value), origin)

    def _origin(self, place: Place) -> str:
        line = self.file.lines.get(place) if self.file else None
        return DEFAULT if line is None or self.file is None else f"{self.file.path}:{line}"


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a setting, and who said so."""

    section: str
    index: int
    """Which of the tables [[section]], from 0."""
    key: str
    value: str
    """As TOML."""
    origin: str
    """"default" or file:line."""


def load_settings(path: Path | None) -> Loaded:
    """Read `path`, else $DOUANE_CONFIG, else nothing but defaults.

    Relative paths in the file count from the file's own folder, those of the defaults from the
    current one.  Raises ConfigError.
    """
    if path is None and os.environ.get(ENVIRONMENT):
        path = Path(os.environ[ENVIRONMENT])
    if path is None:
        return Loaded(_absolute(Settings(), Path.cwd()), None)
    try:
        file = RuleFile.read(path)
        settings = _validate(file)
    except RuleFileError as error:
        raise ConfigError(str(error)) from error
    return Loaded(_absolute(settings, path.resolve().parent), file)


def _validate(file: RuleFile) -> Settings:
    file.require_known(file.data, list(Settings.model_fields), "at the top level")
    for section in file.data:
        known = list(section_class(section).model_fields)
        for index, values in enumerate(_tables(file, section)):
            file.require_known(values, known, f"in {_header(section)}", section, index)
    try:
        # As JSON, in which a strict model still takes a text for a path.
        settings = Settings.model_validate_json(json.dumps(file.data, default=str), strict=True)
    except ValidationError as error:
        raise _refusal(file, error.errors()[0]) from error
    for section, key, check in CHECKS:
        try:
            check(getattr(getattr(settings, section), key))
        except (ValueError, EngineDown) as error:
            raise file.refusal(f"{section}.{key}: {error}", section, key=key) from error
    for index, client in enumerate(settings.client):
        if client.block is BlockStyle.REDIRECT and not settings.icap.redirect_url:
            message = "client.block: set redirect_url in [icap], or nobody knows where to"
            raise file.refusal(message, "client", index, "block")
    _check_sink_names(file, settings)
    return settings


def _check_sink_names(file: RuleFile, settings: Settings) -> None:
    names: set[str] = set()
    for section in SINKS:
        for index, sink in enumerate(getattr(settings, section)):
            if sink.name in names:
                message = f"{section}.name: another sink is called {sink.name} already"
                raise file.refusal(message, section, index, "name")
            names.add(sink.name)


def _tables(file: RuleFile, section: str) -> list[dict[str, object]]:
    if is_repeated(section):
        return file.tables(section)
    values = file.data[section]
    if not isinstance(values, dict):
        raise file.refusal(f"write {section} as a table: [{section}]", key=section)
    return [values]


def _header(section: str) -> str:
    return f"[[{section}]]" if is_repeated(section) else f"[{section}]"


def _refusal(file: RuleFile, error: ErrorDetails) -> RuleFileError:
    """Return the complaint with its place; `loc` is section, maybe which of them, key."""
    section, *rest = error["loc"]
    index = rest.pop(0) if is_repeated(str(section)) else 0
    assert isinstance(index, int)  # noqa: S101 - counted by pydantic
    ours = error["type"] == "value_error"  # the others are pydantic's and begin with a capital
    said = error["msg"].removeprefix("Value error, ") if ours else error["msg"].lower()
    return file.refusal(f"{section}.{rest[0]}: {said}", str(section), index, str(rest[0]))


def _check_clamav_socket(text: str) -> None:
    if text not in (AUTO, OFF):
        parse_address(text)


def _check_listen_or_off(text: str) -> None:
    if text:
        split_address(text)


CHECKS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("icap", "listen", split_address),
    ("icaps", "listen", _check_listen_or_off),
    ("api", "listen", split_address),
    ("clamav", "socket", _check_clamav_socket),
)


SINKS: dict[str, tuple[str, ...]] = {
    "webhook": ("secret_file", "former_secret_file", "ca_file"),
    "syslog": ("ca_file", "certificate"),
    "splunk": ("token_file", "ca_file"),
    "export": ("path",),
}
"""Sections of what is sent out, with their paths."""


def _absolute(settings: Settings, folder: Path) -> Settings:
    """Return the settings with every path made absolute, so that children need no folder."""
    given = "directory" in settings.state.model_fields_set
    directory = ((folder if given else Path.cwd()) / settings.state.directory).resolve()
    state = settings.state.model_copy(update={"directory": directory})
    rules = settings.rules.model_copy(
        update={
            "directory": (folder / settings.rules.directory).resolve(),
            "trusted_keys": tuple((folder / key).resolve() for key in settings.rules.trusted_keys),
        }
    )
    clamav = settings.clamav.model_copy(
        update={
            "official_database": str(folder / settings.clamav.official_database),
            "socket": str(folder / settings.clamav.socket)
            if "/" in settings.clamav.socket
            else settings.clamav.socket,
        }
    )
    database = settings.database.model_copy(
        update={"url": database_url(settings.database, directory)}
    )
    sections: dict[str, Section | tuple[Section, ...]] = {
        "state": state,
        "rules": rules,
        "clamav": clamav,
        "database": database,
        "icaps": _beside(settings.icaps, folder, "certificate", "key", "client_ca"),
        "oidc": _beside(settings.oidc, folder, "ca"),
        "access": _beside(settings.access, folder, "basic_users"),
        "block_page": _beside(settings.block_page, folder, "template"),
    }
    for name, keys in SINKS.items():
        sections[name] = tuple(_beside(sink, folder, *keys) for sink in getattr(settings, name))
    return settings.model_copy(update=sections)


def _beside(section: Section, folder: Path, *keys: str) -> Section:
    """Return the section with these paths, where they are set, counted from `folder`."""
    paths = {key: str(folder / path) for key in keys if (path := getattr(section, key))}
    return section.model_copy(update=paths)
