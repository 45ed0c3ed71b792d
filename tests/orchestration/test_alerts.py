"""Tests that turn are news of the run that loaded them. Source: design 8."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.alerting import turned_tests
from orchestration.warehouse import Warehouse


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
    assert turned_tests(warehouse, ["run-1"]) == []
    with warehouse.transaction() as connection:
        connection.execute(
            "update marts.fact_oc_tests set ratio = 1.15, passed = false where scenario_id = 'reported' and load_id = 'new'"
        )
    (alert,) = turned_tests(warehouse, ["run-1"])
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
    (alert,) = turned_tests(breached, ["run-1"])
    assert (alert.severity, alert.title) == ("warning", "Compliance test breached: MAG17 36 Moody's rating factor")
    assert alert.body == "MAG17 of o, test 36, as of 2016-09-23: result 2,700.00, at most 2,600.00."


def test_a_listed_test_newly_cured_is_told(breached: Warehouse) -> None:
    with breached.transaction() as connection:
        connection.execute("update marts.fact_compliance_results set passed = not passed where test_number = 36")
    (alert,) = turned_tests(breached, ["run-1"])
    assert (alert.severity, alert.title) == ("recovered", "Compliance test cured: MAG17 36 Moody's rating factor")


def test_a_run_without_a_new_state_tells_nothing_of_tests(breached: Warehouse) -> None:
    assert turned_tests(breached, ["run-2"]) == []


def test_a_test_that_was_breached_before_is_no_news(breached: Warehouse) -> None:
    with breached.transaction() as connection:
        connection.execute("update marts.fact_compliance_results set passed = false where load_id = 'old'")
    assert turned_tests(breached, ["run-1"]) == []
