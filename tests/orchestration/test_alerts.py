"""Alerts reach the log file always, and the configured receivers when there are any."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.alerting import alerts_of_runs
from orchestration.alerts import Alert, raise_alerts
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

ALERT = Alert("critical", "Held: deal MAG17", "class E has no balance")


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict]]]:
    received: list[dict] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/hook", received
    server.shutdown()


def test_an_alert_is_sent_to_the_configured_address(tmp_path: Path, receiver: tuple[str, list[dict]]) -> None:
    url, received = receiver
    assert raise_alerts(Settings(home=tmp_path, alert_urls=(url,)), "run-1", [ALERT])
    assert [(r["title"], r["message"], r["type"]) for r in received] == [(ALERT.title, ALERT.body, "failure")]


def test_without_an_address_alerts_stand_in_the_log_file(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    raise_alerts(settings, "run-1", [ALERT])
    (line,) = settings.alerts_log.read_text().splitlines()
    assert json.loads(line) | {"raised_at": ""} == {
        "raised_at": "",
        "run_id": "run-1",
        "severity": "critical",
        "title": ALERT.title,
        "body": ALERT.body,
    }


def test_an_unreachable_receiver_is_reported_and_the_alert_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, alert_urls=("json://127.0.0.1:9/hook",))
    assert raise_alerts(settings, "run-1", [ALERT]) is False
    assert settings.alerts_log.exists()


def test_only_a_reported_breach_is_news(tmp_path: Path) -> None:
    """A test that fails on paper in every scenario alerts nobody; one that a new load reports failed does."""
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.create_tables()
    with warehouse.transaction() as connection:
        connection.execute(
            """
            create table marts.fact_oc_tests as
            select 'o' as organization_id, 'MAG17' as deal_id, 'Class C' as tranche_name, * from (values
                ('reported', 0, date '2016-03-23', 'old', 1.30, 1.20, true),
                ('reported', 0, date '2016-06-23', 'new', 1.25, 1.20, true),
                ('stress', 1, date '2016-06-23', 'new', 1.10, 1.20, false)
            ) as t(scenario_id, period, event_date, load_id, ratio, threshold, passed)
            """
        )
        connection.execute("insert into ops.inbox_files (run_id, load_id, outcome) values ('run-1', 'new', 'loaded')")
    assert alerts_of_runs(warehouse, ["run-1"]) == []
    with warehouse.transaction() as connection:
        connection.execute(
            "update marts.fact_oc_tests set ratio = 1.15, passed = false where scenario_id = 'reported' and load_id = 'new'"
        )
    (alert,) = alerts_of_runs(warehouse, ["run-1"])
    assert (alert.severity, alert.title) == ("warning", "OC test breached: MAG17 Class C")
