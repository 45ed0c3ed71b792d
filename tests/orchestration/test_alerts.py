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


RESULTS = """
    create table marts.dim_compliance_test as
    select * from (values (36, 'Moody''s rating factor', 'rating factor'), (14, 'Not United States', 'fraction'))
        as t(test_number, test_name, unit);
    create table marts.fact_compliance_results as
    select 'o' as organization_id, 'MAG17' as deal_id, null::varchar as comment, * from (values
        (36, true, date '2016-03-23', 'old', 2500.0, 2600.0, 'MAX', true),
        (36, true, date '2016-06-23', 'middle', null, 2600.0, 'MAX', null),
        (36, true, date '2016-09-23', 'new', 2700.0, 2600.0, 'MAX', false),
        (14, false, date '2016-03-23', 'old', 0.1, 0.2, 'MAX', true),
        (14, false, date '2016-09-23', 'new', 0.3, 0.2, 'MAX', false)
    ) as t(test_number, is_listed, event_date, load_id, result, threshold, direction, passed);
    insert into ops.inbox_files (run_id, load_id, outcome) values ('run-1', 'new', 'loaded');
"""


@pytest.fixture
def breached(tmp_path: Path) -> Warehouse:
    """Test 36 fails after a date that decided nothing; test 14 fails too, and is not on the deal's list."""
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.create_tables()
    with warehouse.transaction() as connection:
        connection.execute(RESULTS)
    return warehouse


def test_a_listed_test_newly_breached_is_told_and_one_for_information_is_not(breached: Warehouse) -> None:
    (alert,) = alerts_of_runs(breached, ["run-1"])
    assert (alert.severity, alert.title) == ("warning", "Compliance test breached: MAG17 36 Moody's rating factor")
    assert alert.body == "MAG17 of o, test 36, as of 2016-09-23: result 2,700.00, at most 2,600.00."


def test_a_listed_test_newly_cured_is_told(breached: Warehouse) -> None:
    with breached.transaction() as connection:
        connection.execute("update marts.fact_compliance_results set passed = not passed where test_number = 36")
    (alert,) = alerts_of_runs(breached, ["run-1"])
    assert (alert.severity, alert.title) == ("recovered", "Compliance test cured: MAG17 36 Moody's rating factor")


def test_a_run_without_a_new_state_tells_nothing_of_tests(breached: Warehouse) -> None:
    assert alerts_of_runs(breached, ["run-2"]) == []


def test_a_test_that_was_breached_before_is_no_news(breached: Warehouse) -> None:
    with breached.transaction() as connection:
        connection.execute("update marts.fact_compliance_results set passed = false where load_id = 'old'")
    assert alerts_of_runs(breached, ["run-1"]) == []
