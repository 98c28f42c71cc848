"""A Prometheus of our own on the loopback: scrapes a Douane, answers queries."""

from pathlib import Path
from typing import Any

import httpx

from bench.servers.daemon import Daemon, free_port

CONFIGURATION = """
global:
  scrape_interval: 500ms
  evaluation_interval: 500ms
rule_files: ["{rules}"]
scrape_configs:
  - job_name: douane
    authorization:
      credentials_file: douane.key
    static_configs:
      - targets: ["{target}"]
"""


class Prometheus(Daemon):
    """Keeps everything in `folder`; scrapes `target`, "127.0.0.1:8080", twice a second."""

    def __init__(self, folder: Path, target: str, key: str, rules: Path) -> None:
        (folder / "douane.key").write_text(key)
        configuration = folder / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(target=target, rules=rules))
        self._url = f"http://127.0.0.1:{free_port()}"
        super().__init__(
            "prometheus",
            [
                "prometheus",
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self._url.removeprefix('http://')}",
                "--log.level=warn",
            ],
            folder / "prometheus.log",
            self._is_ready,
        )

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of an instant query; raise httpx.HTTPStatusError if it is none."""
        found: list[dict[str, Any]] = self._ask("query", query=expression)["result"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        """Return all alerting rules: name, query, labels, annotations, state, health …"""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def _ask(self, what: str, **parameters: str) -> Any:
        answer = httpx.get(f"{self._url}/api/v1/{what}", params=parameters, timeout=30)
        answer.raise_for_status()
        return answer.json()["data"]

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self._url}/-/ready", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False
