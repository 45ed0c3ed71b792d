"""One run of `weir run`: take in the inbox, recompute what it touches, publish, tell people. Printing it is the CLI's."""

from __future__ import annotations

import datetime as dt
import gc
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import psutil

from ingestion.inbox import Scan, scan
from orchestration.as_known_at import home_as_known_at
from orchestration.home import manifest_path, prepare_home
from orchestration.operations_policy import operations_policy
from orchestration.planning import Plan, is_up_to_date, plan
from orchestration.retention.erasing import finish_deletions
from orchestration.run_lock import hold_warehouse
from orchestration.run_outcomes import outcomes_of
from orchestration.settings import Settings
from orchestration.terminal import plain
from orchestration.warehouse import Warehouse


@dataclass
class RunReport:
    """What one start did. `seconds` by stage, in order."""

    published: str | None = None
    nothing_new: bool = False
    failure: str | None = None
    run_ids: list[str] = field(default_factory=list)
    reasons: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    seconds_from_drop: float | None = None


def run(settings: Settings, say: Callable[[str], None] = lambda line: None) -> RunReport:
    """Bring the publication up to date with the inbox. Waits for a run in progress; raises `WarehouseBusy` in the end, and
    `WrongPolicy` before it begins."""
    operations_policy(settings)
    prepare_home(settings)
    with hold_warehouse(settings.lock_path, "weir run", settings.lock_timeout_seconds):
        warehouse = Warehouse(settings.warehouse_path)
        warehouse.create_tables()
        finish_deletions(warehouse, settings)
        found = settled_scan(settings)
        if is_up_to_date(warehouse, settings, found):
            # What waits to be sent, began to be wrong or has recovered meanwhile is told of all the same.
            from orchestration.backup.shipping import ship_and_tell
            from orchestration.telling import tell

            tell(warehouse, settings, (), None)
            ship_and_tell(settings, "weir run")  # what was told, and which files were taken away
            return RunReport(nothing_new=True, published=_published(settings))
        return _run(settings, warehouse, found, say)


def run_as_known_at(
    settings: Settings, instant: dt.datetime, say: Callable[[str], None] = lambda line: None
) -> tuple[Settings, RunReport]:
    """Publish what was known at `instant` (UTC, without a zone) below `<home>/as_known_at/`, and alert nobody.

    Returns the settings of that home too.
    Raises `NothingKnown`, `WarehouseBusy`.
    """
    past = home_as_known_at(settings, instant)
    prepare_home(past)
    with hold_warehouse(past.lock_path, "weir run --as-known-at", past.lock_timeout_seconds):
        return past, _run(past, Warehouse(past.warehouse_path), Scan((), ()), say)


def settled_scan(settings: Settings) -> Scan:
    """The inbox once files that were just dropped have had time to settle; what still grows stays waiting."""
    found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
    if found.waiting:
        time.sleep(settings.settle_seconds)
        found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
    return found


def _published(settings: Settings) -> str | None:
    return settings.published_link.resolve().name if settings.published_link.exists() else None


def _run(settings: Settings, warehouse: Warehouse, found: Scan, say: Callable[[str], None]) -> RunReport:
    started = time.monotonic()
    # The graph and its libraries are objects that live as long as the run: looking through them for garbage at Python's own
    # pace costs more than the garbage.
    gc.set_threshold(50_000, 10, 10)
    with ThreadPoolExecutor(1) as beside:
        # When the code is new, dbt parses for seconds in a process of its own; this one imports meanwhile.
        parsed = beside.submit(manifest_path, settings)
        # Imported here: a run with nothing to do must not pay for Dagster.
        import dagster as dg

        from orchestration.alerting import dead_run
        from orchestration.backup.shipping import ship_and_tell
        from orchestration.graph import build_definitions
        from orchestration.resources import COMMAND_LINE, STARTED_BY
        from orchestration.run_history import history_kept_open
        from orchestration.selection import selection_of
        from orchestration.telling import tell, window

        parsed.result()
    report = RunReport(waiting=tuple(file.message for file in found.waiting))
    before = _published(settings)
    definitions = build_definitions(settings)
    tags = {STARTED_BY: COMMAND_LINE}
    checks = frozenset(check.node_def.name for check in definitions.asset_checks or ())
    report.seconds["definitions"] = time.monotonic() - started
    with history_kept_open(), dg.DagsterInstance.get() as instance:
        dead = close_dead_runs(instance)

        def materialize(stage: str, selection: dg.AssetSelection) -> bool:
            clock = time.monotonic()
            job = dg.Definitions(
                assets=definitions.assets,
                asset_checks=definitions.asset_checks,
                resources=definitions.resources,
                executor=definitions.executor,
                loggers=definitions.loggers,
                jobs=[dg.define_asset_job(stage, selection=selection)],
            ).resolve_job_def(stage)
            # dbt's own lines go to a file; a person sees the progress lines, which are written to stderr.
            with (settings.dbt_target_path / "output.log").open("a") as dbt_output, redirect_stdout(dbt_output):
                result = job.execute_in_process(
                    instance=instance, raise_on_error=False, tags=tags, run_config={"loggers": {"console": {}}}
                )
            report.run_ids.append(result.run_id)
            for name, took in _step_seconds(result, checks).items():
                report.seconds[name] = report.seconds.get(name, 0.0) + took
            report.seconds[f"{stage} run"] = time.monotonic() - clock
            if not result.success:
                report.failure = _failure(result)
            return result.success

        is_past = settings.as_known_at is not None
        todo = Plan((), everything=False)
        if not is_past:
            say("Taking in the inbox")
        if is_past or materialize("inbox", dg.AssetSelection.groups("raw")):
            todo = plan(warehouse, settings)
            if not is_past:
                # What was taken in is safe before the minutes that computing may take.
                ship_and_tell(settings, report.run_ids[-1])
            report.reasons = todo.reasons
            if not todo.is_empty:
                say("Recomputing and publishing: " + ", ".join(todo.reasons))
                materialize("publish", selection_of(todo))
        report.published = _published(settings)
        if report.failure is None and report.published == before and not todo.is_empty:
            report.failure = "the run ended without a new publication: a blocking check failed"
        if not is_past:
            outcomes = outcomes_of(instance, window(settings))
            news = [dead_run(run_id) for run_id in dead]
            tell(warehouse, settings, report.run_ids, outcomes, failure=report.failure, news=news)
            ship_and_tell(settings, report.run_ids[-1])
    report.seconds["total"] = time.monotonic() - started
    report.seconds_from_drop = _seconds_from_drop(found)
    return report


def _seconds_from_drop(found: Scan) -> float | None:
    newest = max((file.modified_at for file in found.files), default=None)
    if newest is None:
        return None
    return (dt.datetime.now(dt.UTC) - newest).total_seconds()


def _step_seconds(result: Any, checks: frozenset[str]) -> dict[str, float]:
    """Seconds of each step that succeeded, those of checks added up."""
    seconds: dict[str, float] = {}
    for event in result.all_events:
        if event.event_type_value == "STEP_SUCCESS":
            name = "checks" if event.step_key in checks else event.step_key
            seconds[name] = seconds.get(name, 0.0) + event.step_success_data.duration_ms / 1000
    return seconds


def _failure(result: Any) -> str:
    """The causes a person can act on, without stack traces."""
    causes = []
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE":
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            causes.append(f"{event.step_key}: {plain(error.message).strip() if error else 'failed'}")
    return "; ".join(causes) or "the run failed"


def close_dead_runs(instance: Any) -> list[str]:
    """Mark runs of processes that no longer live as failed, or the queue stays blocked for ever. Returns their ids."""
    import dagster as dg

    from orchestration.resources import PID_TAG, PROCESS_STARTED_TAG

    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    closed = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=unfinished)):
        pid = run.tags.get(PID_TAG)
        if pid is None or _is_alive(int(pid), float(run.tags.get(PROCESS_STARTED_TAG, 0))):
            continue
        instance.report_run_failed(run, message=f"process {pid} died before the run ended")
        closed.append(run.run_id)
    return closed


def _is_alive(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) < 1
    except psutil.NoSuchProcess:
        return False
