"""The Dagster resource that holds the warehouse for a whole run. What assets do with it is theirs."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
from dagster_dbt import DbtCliResource
from packaging.version import Version

from calculations.funds.lifecycle.limits import Environment
from orchestration import audit
from orchestration.clock import utc_now
from orchestration.masking import keep_masking_key
from orchestration.run_lock import WarehouseBusy, hold_warehouse
from orchestration.settings import DBT_PROJECT, PROJECT, Settings
from orchestration.warehouse import Warehouse

PID_TAG = "weir/pid"
STARTED_BY, COMMAND_LINE = "weir/started_by", "command line"
REQUESTED_BY = "weir/requested_by"  # for whom a run strikes NAVs
PROCESS_STARTED_TAG = "weir/process_started"


def process_tags() -> dict[str, str]:
    """Tags that tell which process runs a run."""
    return {PID_TAG: str(os.getpid()), PROCESS_STARTED_TAG: str(psutil.Process().create_time())}


def set_run_context(
    warehouse: Warehouse,
    run_id: str,
    as_known_at: dt.datetime | None = None,
    environment: Environment = Environment.DEVELOPMENT,
) -> None:
    """Let the run know everything learned up to now, or up to an instant, and whose limits count; models read it from
    ops.run_context.
    """
    now = utc_now()
    with warehouse.transaction() as connection:
        connection.execute("delete from ops.run_context")
        connection.execute(
            "insert into ops.run_context values (?, ?, ?, ?, ?)",
            [run_id, as_known_at or now, as_known_at is not None, now, str(environment)],
        )


@contextmanager
def retried_when_busy() -> Iterator[None]:
    """Let Dagster try a step again when another program held the warehouse file: the one fault that passes by itself."""
    try:
        yield
    except WarehouseBusy as busy:
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=15) from busy


class WarehouseResource(dg.ConfigurableResource):
    """Settings in, `warehouse` out. The home's lock is taken when the run starts and freed when it ends."""

    configuration: str  # the settings as JSON

    @classmethod
    def of(cls, settings: Settings) -> WarehouseResource:
        # The UI shows a resource's configuration, and addresses of alerts hold secrets.
        return cls(configuration=settings.model_dump_json(exclude={"alert_urls"}))

    @property
    def settings(self) -> Settings:
        return Settings(**json.loads(self.configuration))

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.settings.warehouse_path)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[WarehouseResource]:
        settings = self.settings
        run_id = context.run.run_id if context.run else "no-run"
        if context.run and context.instance:
            # Whoever starts next can tell a run in progress from one whose process died.
            context.instance.add_run_tags(run_id, process_tags())
        with hold_warehouse(settings.lock_path, f"run {run_id}", settings.lock_timeout_seconds):
            self.warehouse.create_tables()
            keep_masking_key(self.warehouse)
            with self.warehouse.kept_open():
                set_run_context(self.warehouse, run_id, settings.as_known_at, settings.environment)
                with audited_run(context, self.warehouse, settings):
                    yield self


@contextmanager
def audited_run(context: dg.InitResourceContext, warehouse: Warehouse, settings: Settings) -> Iterator[None]:
    """Write the start and the end of a run to the audit trail; of one whose process dies, the start alone stands there."""
    run = context.run
    if run is None or context.instance is None:
        yield
        return
    entry = audit.AuditEntry(
        "RUN",
        "run",
        run.run_id,
        actor=run.tags.get(REQUESTED_BY) or audit.command_actor(settings),
        source=audit.COMMAND_LINE if run.tags.get(STARTED_BY) == COMMAND_LINE else audit.DAGSTER,
        reason=run.job_name,
        correlation_id=run.run_id,
        changes={"status": (None, "STARTED")},
    )
    audit.write(warehouse, settings, [entry])
    yield
    failed = context.instance.get_run_stats(run.run_id).steps_failed
    ended = replace(
        entry,
        outcome=audit.Outcome.FAILED if failed else audit.Outcome.DONE,
        changes={"status": ("STARTED", "FAILURE" if failed else "SUCCESS")},
    )
    audit.write(warehouse, settings, [ended])


class DbtResource(DbtCliResource):
    """dbt without the adapter that dagster-dbt also opens in the Dagster process, four seconds a run.

    The adapter serves `fetch_row_counts` and its like, which Weir answers from the warehouse itself.
    """

    @classmethod
    def on(cls, parsed: Path) -> DbtResource:
        """dbt on the project as `parsed`. It is started as this Python, which takes its flags and the file before dbt's."""
        return cls(
            project_dir=str(DBT_PROJECT),
            profiles_dir=str(DBT_PROJECT),
            dbt_executable=sys.executable,
            # -P: modules beside the file must not stand in for those of the standard library. Messages of dbt are kept and
            # sent to people; colours are for a terminal alone.
            global_config_flags=[
                "-P",
                str(PROJECT / "orchestration" / "dbt_process.py"),
                str(parsed),
                "--no-use-colors",
            ],
        )

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:
        return None

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))
