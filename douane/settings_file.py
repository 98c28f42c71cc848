"""douane.toml -> Settings, with file and line for whatever is wrong, and where each value is from."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from douane.settings import Settings
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
        """Yield section, key, value as TOML-like text, and origin ("default" or file:line)."""
        for section, model in self.settings:
            for key, value in model:
                yield section, key, _text(value), self._origin(section, key)

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
        return Loaded(_absolute(Settings(), Path.cwd(), Settings()), None)
    try:
        file = RuleFile.read(path)
        settings = _validate(file)
    except RuleFileError as error:
        raise ConfigError(str(error)) from error
    return Loaded(_absolute(settings, path.resolve().parent, Settings()), file)


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
        return Settings.model_validate(file.data)
    except ValidationError as error:
        first = error.errors()[0]
        section, key = (*map(str, first["loc"]), "")[:2]
        message = f"{section}.{key}: {first['msg'].lower()}"
        raise file.refusal(message, section, key=key) from error


def _absolute(settings: Settings, folder: Path, defaults: Settings) -> Settings:
    """Return the settings with every path made absolute, so that children need no folder."""
    own_state = settings.state.directory != defaults.state.directory
    base = folder if own_state else Path.cwd()
    state = settings.state.model_copy(
        update={"directory": (base / settings.state.directory).resolve()}
    )
    rules = settings.rules.model_copy(
        update={"directory": (folder / settings.rules.directory).resolve()}
    )
    database = settings.database.model_copy(
        update={"url": database_url(settings.database, state.directory)}
    )
    return settings.model_copy(update={"state": state, "rules": rules, "database": database})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str | Path) else str(value)
