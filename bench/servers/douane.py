"""Douane itself, as its users start it: `douane serve --config FILE`, all ports ephemeral."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.servers.daemon import Daemon

COMMAND = Path(sys.executable).parent / "douane"
READY_SECONDS = 240  # an own clamd may have to load the official database first
STOP_SECONDS = 60  # running requests may end

Value = str | int | float | bool | list[str]
EPHEMERAL: Mapping[str, Mapping[str, Value]] = {
    "icap": {"listen": "127.0.0.1:0", "fronts": 2},
    "api": {"listen": "127.0.0.1:0"},
}


class Douane(Daemon):
    """A supervisor and all its processes, with `folder` for its settings, its state and its log."""

    def __init__(
        self, folder: Path, settings: Mapping[str, Mapping[str, Value]] | None = None
    ) -> None:
        tables: dict[str, dict[str, Value]] = {"state": {"directory": str(folder / "state")}}
        for table, keys in (*EPHEMERAL.items(), *(settings or {}).items()):
            tables[table] = {**tables.get(table, {}), **keys}
        self.state = Path(str(tables["state"]["directory"]))
        self._addresses = self.state / "run" / "addresses.json"
        configuration = folder / "douane.toml"
        configuration.write_text(to_toml(tables))
        super().__init__(
            "douane",
            [COMMAND, "serve", "--config", configuration],
            folder / "douane.log",
            self._addresses.exists,
            ready_seconds=READY_SECONDS,
            stop_seconds=STOP_SECONDS,
        )

    def start(self) -> None:
        self._addresses.unlink(missing_ok=True)
        super().start()

    @property
    def icap_port(self) -> int:
        return int(self._address("icap").rpartition(":")[2])

    @property
    def api_url(self) -> str:
        return f"http://{self._address('api')}"

    @property
    def admin_key(self) -> str:
        return Path(self._address("admin_key_file")).read_text().strip()

    def _address(self, name: str) -> str:
        return str(json.loads(self._addresses.read_text())[name])


def to_toml(tables: Mapping[str, Mapping[str, Value]]) -> str:
    """Return the tables as TOML.  JSON writes texts, numbers and booleans as TOML does."""
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        for name, keys in tables.items()
    )
