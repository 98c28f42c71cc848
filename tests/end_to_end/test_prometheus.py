"""A real Prometheus scrapes the service: dashboard and alerts name only what there is."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from bench.servers.prometheus import Prometheus
from samples.catalogue import find
from verdicts.stages import Stage

pytestmark = pytest.mark.server

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana/douane.json").read_text("utf-8"))
QUERIES = [one["expr"] for panel in DASHBOARD["panels"] for one in panel.get("targets", ())]
SELECTOR = re.compile(r"\b(douane_\w+|up)(?:\{([^}]*)\})?")
LABEL = re.compile(r"(\w+)\s*=~?")
ABSENT = {
    "douane_clamav_database_timestamp_seconds": {"front"},
    **{f"douane_sink_{name}": {"sink"} for name in ("away", "disabled")},
    **{f"douane_sink_{name}_events": {"sink"} for name in ("behind", "outbox")},
}
"""And their labels: this service has neither an official ClamAV database nor receivers."""
OF_TRAFFIC = {"DouaneGaps", "DouaneWormWave"}
"""Other tests make gaps and worms."""


@pytest.fixture(scope="module")
def prometheus(douane: Douane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder, target = tmp_path_factory.mktemp("prometheus"), douane.api_url.removeprefix("http://")
    alerts = DEPLOY / "prometheus/alerts.yml"
    with Prometheus(folder, target, douane.admin_key, alerts) as running:
        wait_until(lambda: bool(running.query("douane_stage_seconds_count")), 15, "a scrape")
        yield running


def filled_in(query: str) -> str:
    """Do what Grafana does with its variables."""
    return query.replace("$instance", ".*").replace("$__rate_interval", "1m")


def metrics(query: str) -> set[str]:
    return {metric for metric, _ in SELECTOR.findall(query)}


@pytest.fixture
def traffic(prometheus: Prometheus, web: httpx.Client, origin: Origin) -> None:
    """A block, a gap and a clean file, after the first scrape: counters rise."""
    for name in ("eicar.com", "sealed.rar"):
        document = Document(find(name).data)
        origin.publish(f"/prometheus/{name}", document)
        web.get(f"http://files.example/prometheus/{name}")
    web.get("http://files.example/random/3000?seed=prometheus")


@pytest.mark.usefixtures("traffic")
def test_every_panel_shows_something(
    prometheus: Prometheus, eventually: Callable[..., None]
) -> None:
    stages = "count(sum by (stage) (douane_stage_seconds_count) > 0)"
    eventually(lambda: [one["value"][1] for one in prometheus.query(stages)] == [str(len(Stage))])
    missing = {filled_in(query) for query in QUERIES if not ABSENT.keys() & metrics(query)}
    assert len(missing) > 30

    def all_found() -> bool:
        missing.difference_update([query for query in missing if prometheus.query(query)])
        return not missing

    try:
        eventually(all_found)
    finally:
        assert missing == set()


@pytest.mark.usefixtures("traffic")
def test_alerts_and_panels_name_what_there_is(
    prometheus: Prometheus, api: httpx.Client, eventually: Callable[..., None]
) -> None:
    for late in ("douane_transfers_total", "douane_icap_requests_total"):  # with the first one
        eventually(lambda late=late: bool(prometheus.query(late)))
    exposed: dict[str, set[str]] = {**ABSENT, "up": {"job"}}
    for family in text_string_to_metric_families(api.get("/metrics").text):
        for sample in family.samples:
            exposed.setdefault(sample.name, set()).update(sample.labels)
    conditions = [str(rule["query"]) for rule in prometheus.rules()]
    named = [found for query in QUERIES + conditions for found in SELECTOR.findall(query)]
    assert len(named) > 50
    for metric, matchers in named:
        assert set(LABEL.findall(matchers)) <= exposed[metric] | {"instance"}, metric


def test_no_alert_fires_while_all_is_well(prometheus: Prometheus) -> None:
    rules = {rule["name"]: rule for rule in prometheus.rules()}
    assert rules.keys() >= OF_TRAFFIC
    for name, rule in rules.items():
        assert rule["annotations"].keys() == {"summary", "action"}, name
        assert rule["labels"]["severity"] in {"critical", "warning"}, name
        assert rule["health"] != "err", rule
        if name not in OF_TRAFFIC:
            assert prometheus.query(rule["query"]) == [], name
