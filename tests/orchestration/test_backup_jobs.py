"""Backups in Dagster: what its jobs do, how often, and when the sensor ships."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.backup import jobs as backup_jobs
from orchestration.backup.jobs import build_backup_jobs, build_backup_schedules, build_shipping_sensor
from orchestration.backup.policy import DataSet
from orchestration.backup.targets import backups_in, increments_in
from orchestration.settings import Settings
from tests.orchestration.backup_home import SmallHome


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallHome:
    monkeypatch.delenv("WEIR_BACKUP_KEY", raising=False)
    home = SmallHome(tmp_path)
    home.take_in(1)
    return home


def job_of(settings: Settings, name: str) -> dg.JobDefinition:
    return next(job for job in build_backup_jobs(settings) if job.name == name)


def test_jobs_back_up_ship_drill_and_prune(home: SmallHome) -> None:
    for name in ("back_up_warehouse", "back_up_events", "ship_to_backups", "drill_backups", "prune_backups"):
        assert job_of(home.settings, name).execute_in_process().success, name
    for target in home.targets:
        assert len(backups_in(target, DataSet.WAREHOUSE, None)) == 1
        assert len(backups_in(target, DataSet.EVENTS, None)) == 1
        assert increments_in(target)
    assert home.warehouse.rows("select distinct passed from ops.backup_drills") == [(True,)]
    assert home.warehouse.rows("select distinct source, actor from ops.audit_trail where action <> 'LOAD'") == [
        ("DAGSTER", "weir")
    ]


def test_a_target_that_fails_fails_the_job(home: SmallHome) -> None:
    home.targets[1].write_text("a file where a folder should be")
    done = job_of(home.settings, "back_up_warehouse").execute_in_process(raise_on_error=False)
    assert not done.success
    assert len(backups_in(home.targets[0], DataSet.WAREHOUSE, None)) == 1


def test_the_warehouse_is_backed_up_every_four_hours_and_the_rest_daily(tmp_path: Path) -> None:
    schedules = build_backup_schedules(build_backup_jobs(Settings(home=tmp_path)))
    assert {s.job_name: s.cron_schedule for s in schedules} == {
        "back_up_warehouse": "17 */4 * * *",
        "back_up_operational": "17 1 * * *",
        "back_up_events": "17 1 * * *",
        "back_up_files": "17 1 * * *",
        "prune_backups": "47 1 * * *",
        "drill_backups": "17 3 * * 6",
    }


def test_the_sensor_ships_when_something_came_and_once_in_a_recovery_point(
    home: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_jobs.time, "time", lambda: 900.0)
    sensor = build_shipping_sensor(home.settings, build_backup_jobs(home.settings))

    def look(cursor: str | None) -> str | None:
        found = sensor(dg.build_sensor_context(cursor=cursor))
        return found.cursor if isinstance(found, dg.SensorResult) else None

    first = look(None)
    assert first is not None
    assert look(first) is None
    home.take_in(2)
    second = look(first)
    assert second not in (None, first)
    monkeypatch.setattr(backup_jobs.time, "time", lambda: 900.0 + 15 * 60)
    assert look(second) is not None


def test_without_targets_nothing_is_shipped_by_itself(home: SmallHome) -> None:
    alone = Settings(home=home.settings.home)
    found = build_shipping_sensor(alone, build_backup_jobs(alone))(dg.build_sensor_context())
    assert isinstance(found, dg.SkipReason)
