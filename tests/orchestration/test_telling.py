"""What a run tells, whoever started it and however it ended. Source: design 8; fund-admin 1.12."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from orchestration.clock import utc_now
from orchestration.quality import Verdict, record
from orchestration.run_outcomes import RunOutcome
from orchestration.settings import Settings
from orchestration.telling import tell
from orchestration.warehouse import Warehouse

BREACH = """
    create table marts.fact_oc_tests as
    select 'o' as organization_id, 'D1' as deal_id, 'A' as tranche_name, 'reported' as scenario_id, * from (values
        (date '2026-01-31', 'old', 1.3, 1.2, true), (date '2026-02-28', 'new', 1.1, 1.2, false)
    ) as t(event_date, load_id, ratio, threshold, passed);
    insert into ops.inbox_files (run_id, load_id, outcome) values ('killed', 'new', 'loaded');
    insert into ops.publications values ('p', now()::timestamp, 'r', 'c', 's', '');
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = Settings(home=tmp_path)
    warehouse = Warehouse(home.warehouse_path)
    warehouse.create_tables()
    with warehouse.transaction() as connection:
        connection.execute(BREACH)
    return home


def told(settings: Settings, runs: list[RunOutcome] | None = None, failure: str | None = None) -> list[tuple[str, str]]:
    """Event and kind of what this look adds to the log file."""
    before = len(settings.alerts_log.read_text().splitlines()) if settings.alerts_log.exists() else 0
    assert tell(Warehouse(settings.warehouse_path), settings, ["this"], runs, failure=failure)
    lines = settings.alerts_log.read_text().splitlines() if settings.alerts_log.exists() else []
    return [(line["event"], line["kind"]) for line in map(json.loads, lines[before:])]


def test_the_news_of_a_run_that_died_before_it_told_is_told_once_by_the_next(settings: Settings) -> None:
    assert told(settings) == [("RAISED", "OC_TEST")]
    assert told(settings) == []


def test_a_failed_check_is_told_until_it_passes_whichever_run_looks(settings: Settings) -> None:
    told(settings)
    for status, expected in (("failed", "RAISED"), ("failed", None), ("passed", "RECOVERED"), ("passed", None)):
        verdict = Verdict("marts", "marts.fact_oc_tests", "ratios_are_plausible", "warning", "row", status)
        record(Warehouse(settings.warehouse_path), "some run", [verdict])
        assert told(settings) == [(expected, "CHECK_FAILED")] * (expected is not None)


def test_a_failed_run_is_told_with_its_cause_until_something_is_published(settings: Settings) -> None:
    told(settings)
    failed = RunOutcome("this", "publish", utc_now() + dt.timedelta(seconds=1), 9.0, True)
    # Of one run, one failed: that is above an error rate of 5 % too.
    assert told(settings, [failed], "marts: it broke") == [("RAISED", "RUN_FAILED"), ("RAISED", "RUN_ERRORS")]
    assert told(settings, [failed], "marts: it broke") == []
    with Warehouse(settings.warehouse_path).transaction() as connection:
        connection.execute("insert into ops.publications values ('q', ?, 'r', 'c', 's', '')", [failed.ended_at])
    assert told(settings, [failed]) == [("RECOVERED", "RUN_FAILED")]


def test_without_a_history_of_runs_none_of_their_failures_has_recovered(settings: Settings) -> None:
    told(settings)
    failed = RunOutcome("this", "publish", utc_now() + dt.timedelta(seconds=1), 9.0, True)
    told(settings, [failed], "marts: it broke")
    assert told(settings, None) == []
