"""Runs that ended, how and after how long, from Dagster's history: those of the command line and of the UI alike, killed ones
too. What they did to the warehouse does not belong here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from orchestration.settings import Settings


@dataclass(frozen=True)
class RunOutcome:
    """`seconds` is None for a run that never started."""

    run_id: str
    job: str
    ended_at: dt.datetime  # UTC, without a zone
    seconds: float | None
    has_failed: bool


def run_outcomes(settings: Settings, since: dt.datetime) -> list[RunOutcome] | None:
    """Runs that succeeded or failed since an instant (UTC), oldest first; None where the home has no history."""
    if not (settings.dagster_home / "history").exists():
        return None
    # Imported here: no other command pays for Dagster.
    import dagster as dg

    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        return outcomes_of(instance, since)


def outcomes_of(instance: Any, since: dt.datetime) -> list[RunOutcome]:
    """The same of an instance of Dagster that is open."""
    import dagster as dg

    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    records = instance.get_run_records(
        dg.RunsFilter(statuses=ended, updated_after=since.replace(tzinfo=dt.UTC)), limit=1000
    )
    found = [
        RunOutcome(
            record.dagster_run.run_id,
            record.dagster_run.job_name,
            dt.datetime.fromtimestamp(record.end_time, dt.UTC).replace(tzinfo=None),
            record.end_time - record.start_time if record.start_time is not None else None,
            record.dagster_run.status is dg.DagsterRunStatus.FAILURE,
        )
        for record in records
        if record.end_time is not None
    ]
    return sorted((run for run in found if run.ended_at >= since), key=lambda run: run.ended_at)
