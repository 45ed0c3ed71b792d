"""The state of a home in figures: stages, feeds, publication, quarantine, holds, response times, runs, history of quality.
What of it is a concern is conditions'; how it is shown is health_printing's.

Source: fund-admin 1.12; input-contracts 1.1, 2.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.alert_log import Logged, open_alerts
from orchestration.feed_freshness import Feed, feeds
from orchestration.holds import ENTITY_STATUSES
from orchestration.operations_policy import OperationsPolicy
from orchestration.response_times import ResponseTime, percentile
from orchestration.run_outcomes import RunOutcome

STAGES = ("raw", "staging", "intermediate", "calc", "ops", "marts", "published")
# The newest verdict of every check; of entities their own stage of holding tells.
NEWEST_VERDICTS = """(
    select stage, asset, check_name, max_by(status, checked_at) as status, max_by(severity, checked_at) as severity,
        max_by(scope, checked_at) as scope, max_by(observed, checked_at) as observed,
        max_by(message, checked_at) as message, max(checked_at) as checked_at
    from ops.quality_results where entity_id is null group by 1, 2, 3
)"""
BUILDS = """
    select 'raw', max(loaded_at) from raw.loads
    union all select split_part(relation, '.', 1), max(built_at) from ops.relation_builds group by 1
    union all select 'published', max(published_at) from ops.publications
"""
HISTORY = """
    with runs as (
        select run_id, max(checked_at) as ended_at from ops.quality_results group by 1 order by 2 desc limit ?
    )
    select r.run_id, r.ended_at, q.stage, count(*) filter (q.passed), count(*) filter (q.status = 'failed'),
        count(*) filter (q.status = 'broken')
    from runs as r inner join ops.quality_results as q using (run_id)
    where q.entity_id is null
    group by all order by r.ended_at desc, q.stage
"""
# Rows of a full load that a newer one of its feed has replaced are history: nobody can correct them any more.
QUARANTINED_NOW = """
    select
        l.organization_id, l.file_name,
        (select sum(c.rows_quarantined) from raw.row_counts as c where c._load_id = l.load_id) as row_count,
        arg_min(r.message, (r._sheet, r._row)) as first_message,
        count(*) as breaches
    from raw.rejected_rows as r
    inner join raw.loads as l on r._load_id = l.load_id
    where not exists (
        select 1 from raw.loads as newer
        where newer.status = 'loaded' and newer.mode = 'full'
          and (newer.organization_id, newer.kind, newer.feed_name) = (l.organization_id, l.kind, l.feed_name)
          and (newer.as_of, newer.known_at, newer.load_id) > (l.as_of, l.known_at, l.load_id)
          and newer.load_id not in (select load_id from ops.withdrawals)
    )
    and l.load_id not in (select load_id from ops.withdrawals)
    group by l.organization_id, l.load_id, l.file_name
    order by l.file_name, l.load_id
"""
HELD_NOW = f"""
    select organization_id, entity_type, entity_id, status, held_since, rule_code, message, last_good_known_at
    from {ENTITY_STATUSES}
    qualify row_number() over (partition by organization_id, entity_type, entity_id order by recorded_at desc) = 1
        and status <> 'current'
    order by organization_id, entity_type, entity_id
"""


@dataclass(frozen=True)
class Stage:
    """`built_at` is None where nothing was built, and for calculations, of which it is not kept; counts are of the newest verdict of
    each check."""

    name: str
    built_at: dt.datetime | None
    checked_at: dt.datetime | None
    passed: int
    failed: int
    broken: int


@dataclass(frozen=True)
class Check:
    """The newest verdict of a check that did not pass."""

    stage: str
    asset: str
    check_name: str
    status: str
    severity: str
    observed: str
    message: str


@dataclass(frozen=True)
class Held:
    organization_id: str
    entity_type: str
    entity_id: str
    status: str
    held_since: dt.datetime | None
    rule_code: str | None
    message: str | None
    last_good_known_at: dt.datetime | None


@dataclass(frozen=True)
class Quarantined:
    organization_id: str | None
    file_name: str
    rows: int
    first_message: str
    breaches: int


@dataclass(frozen=True)
class QualityOfRun:
    run_id: str
    ended_at: dt.datetime
    stage: str
    passed: int
    failed: int
    broken: int


@dataclass(frozen=True)
class LastPublication:
    """The last one that was made; what `published` points to may be an older one, after a rollback."""

    publication_id: str
    published_at: dt.datetime
    run_id: str
    age_hours: float


@dataclass(frozen=True)
class Rates:
    """Of what ended within the window. A figure of nothing is None."""

    count: int
    failed: int
    p50_seconds: float | None
    p95_seconds: float | None

    @property
    def error_rate(self) -> float | None:
        return self.failed / self.count if self.count else None


@dataclass(frozen=True)
class Health:
    """State of a home at an instant. `runs` is None where Dagster has no history of the home."""

    at: dt.datetime
    stages: tuple[Stage, ...]
    failing_checks: tuple[Check, ...]
    feeds: tuple[Feed, ...]
    publication: LastPublication | None
    quarantined: tuple[Quarantined, ...]
    held: tuple[Held, ...]
    open_alerts: tuple[Logged, ...]
    history: tuple[QualityOfRun, ...]
    runs: Rates | None
    queries: Rates


def nothing_known(now: dt.datetime) -> Health:
    """A state of which nothing is known yet."""
    return Health(now, (), (), (), None, (), (), (), (), None, Rates(0, 0, None, None))


def rates_of_runs(runs: Sequence[RunOutcome]) -> Rates:
    """Durations of those that started, failures of all."""
    seconds = [run.seconds for run in runs if run.seconds is not None]
    return Rates(len(runs), sum(r.has_failed for r in runs), percentile(seconds, 0.5), percentile(seconds, 0.95))


def rates_of_queries(times: Sequence[ResponseTime]) -> Rates:
    """Times of those that were answered, failures of all: an error that comes at once makes nothing faster."""
    seconds = [each.seconds for each in times if each.is_answered]
    failed = sum(not each.is_answered for each in times)
    return Rates(len(times), failed, percentile(seconds, 0.5), percentile(seconds, 0.95))


def last_publication(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> LastPublication | None:
    rows = connection.execute(
        "select publication_id, published_at, run_id from ops.publications order by published_at desc limit 1"
    ).fetchall()
    for publication_id, published_at, run_id in rows:
        return LastPublication(publication_id, published_at, run_id, (now - published_at).total_seconds() / 3600)
    return None


def health(
    connection: duckdb.DuckDBPyConnection,
    policy: OperationsPolicy,
    now: dt.datetime,
    runs: Sequence[RunOutcome] | None,
    times: Sequence[ResponseTime],
) -> Health:
    """Read the state of the warehouse. `runs` and `times` are those of the policy's window."""
    checks = connection.execute(
        f"select stage, asset, check_name, status, severity, observed, message from {NEWEST_VERDICTS} "
        "where status <> 'passed' and severity <> 'info' order by severity, asset, check_name"
    ).fetchall()
    counts = {
        stage: tuple(found)
        for stage, *found in connection.execute(
            "select stage, max(checked_at), count(*) filter (status = 'passed'), count(*) filter (status = 'failed'), "
            f"count(*) filter (status = 'broken') from {NEWEST_VERDICTS} group by 1"
        ).fetchall()
    }
    built = dict(connection.execute(BUILDS).fetchall())
    return Health(
        at=now,
        stages=tuple(Stage(name, built.get(name), *counts.get(name, (None, 0, 0, 0))) for name in STAGES),
        failing_checks=tuple(Check(*row) for row in checks),
        feeds=tuple(feeds(connection, policy, now.date())),
        publication=last_publication(connection, now),
        quarantined=tuple(Quarantined(*row) for row in connection.execute(QUARANTINED_NOW).fetchall()),
        held=tuple(Held(*row) for row in connection.execute(HELD_NOW).fetchall()),
        open_alerts=tuple(open_alerts(connection)),
        history=tuple(QualityOfRun(*row) for row in connection.execute(HISTORY, [policy.history_runs]).fetchall()),
        runs=None if runs is None else rates_of_runs(runs),
        queries=rates_of_queries(times),
    )
