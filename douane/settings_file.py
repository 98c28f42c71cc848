"""douane.toml -> Settings, with file and line for what is wrong, and the origin of each value."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from douane.clamav import AUTO, OFF
from douane.listeners import split_address
from douane.settings import Settings, as_toml
from scanners.clamav.address import parse_address
from scanners.errors import EngineDown
from scanners.settings import Section
from verdicts.ledger.settings import database_url
from verdicts.rule_file import RuleFile, RuleFileError

ENVIRONMENT = "DOUANE_CONFIG"
DEFAULT = "default"


class ConfigError(Exception):
    """The settings are wrong; the text names the file, the line and the fix."""


@dataclass(frozen=True, slots=True)
class Loaded:
    settings: Settings
    file: RuleFile | None

    def origins(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield section, key, value as TOML, and origin ("default" or file:line)."""
        for section, model in self.settings:
            for key, value in model:
                yield section, key, as_toml(value), self._origin(section, key)

    def _origin(self, section: str, key: str) -> str:
        line = self.file.lines.get((section, 0, key)) if self.file else None
        return DEFAULT if line is None or self.file is None else f"{self.file.path}:{line}"


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
    for section, values in file.data.items():
        model = Settings.model_fields[section].annotation
        assert isinstance(model, type)  # noqa: S101 - every field of Settings is a section
        assert issubclass(model, BaseModel)  # noqa: S101
        if not isinstance(values, dict):
            raise file.refusal(f"write {section} as a table: [{section}]", key=section)
        file.require_known(values, list(model.model_fields), f"in [{section}]", section)
    try:
        # As JSON, in which a strict model still takes a text for a path.
        settings = Settings.model_validate_json(json.dumps(file.data, default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        section, key = (*map(str, first["loc"]), "")[:2]
        message = f"{section}.{key}: {first['msg'].lower()}"
        raise file.refusal(message, section, key=key) from error
    for section, key, check in CHECKS:
        try:
            check(getattr(getattr(settings, section), key))
        except (ValueError, EngineDown) as error:
            raise file.refusal(f"{section}.{key}: {error}", section, key=key) from error
    return settings


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


def _absolute(settings: Settings, folder: Path) -> Settings:
    """Return the settings with every path made absolute, so that children need no folder."""
    given = "directory" in settings.state.model_fields_set
    directory = ((folder if given else Path.cwd()) / settings.state.directory).resolve()
    state = settings.state.model_copy(update={"directory": directory})
    rules = settings.rules.model_copy(
        update={"directory": (folder / settings.rules.directory).resolve()}
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
    sections = {
        "state": state,
        "rules": rules,
        "clamav": clamav,
        "database": database,
        "icaps": _beside(settings.icaps, folder, "certificate", "key", "client_ca"),
        "access": _beside(settings.access, folder, "basic_users"),
    }
    return settings.model_copy(update=sections)


def _beside(section: Section, folder: Path, *keys: str) -> Section:
    """Return the section with these paths, where they are set, counted from `folder`."""
    paths = {key: str(folder / path) for key in keys if (path := getattr(section, key))}
    return section.model_copy(update=paths)
