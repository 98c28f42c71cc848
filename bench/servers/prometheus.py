"""A Prometheus of our own on the loopback: scrapes a Douane, answers queries."""

from pathlib import Path

import httpx

from bench.servers.daemon import Daemon, free_port

CONFIGURATION = """
global:
  scrape_interval: 500ms
  evaluation_interval: 500ms
scrape_configs:
  - job_name: douane
    authorization:
      credentials_file: douane.key
    static_configs:
      - targets: ["{target}"]
"""


class Prometheus(Daemon):
    """Keeps everything in `folder`; scrapes `target`, "127.0.0.1:8080", twice a second."""

    def __init__(self, folder: Path, target: str, key: str) -> None:
        (folder / "douane.key").write_text(key)
        configuration = folder / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(target=target))
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

    def query(self, expression: str) -> list[dict[str, object]]:
        """Return the series of an instant query; raise httpx.HTTPStatusError if it is none."""
        answer = httpx.get(f"{self._url}/api/v1/query", params={"query": expression}, timeout=30)
        answer.raise_for_status()
        found: list[dict[str, object]] = answer.json()["data"]["result"]
        return found

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self._url}/-/ready", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False
