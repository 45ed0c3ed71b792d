"""Jobs, the schedule and the sensors: what starts a run. What a run does is the assets'."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from ingestion.inbox import scan
from orchestration.assets.approved import NAME as APPROVALS
from orchestration.assets.approved import TABLES as APPROVAL_TABLES
from orchestration.assets.clo_migration import CLO_MIGRATION
from orchestration.assets.clo_projection import CLO_PROJECTION
from orchestration.assets.clo_trade_rows import TABLES as TRADE_TABLES
from orchestration.assets.nav_approved import NAME as NAV_APPROVALS
from orchestration.assets.nav_rows import RESTRIKES
from orchestration.assets.traded import NAME as TRADES
from orchestration.nav_approval_rows import TABLES as NAV_APPROVAL_TABLES
from orchestration.reconciliation.job import RECONCILE
from orchestration.resources import COMMAND_LINE, STARTED_BY
from orchestration.run_lock import WarehouseBusy, hold_warehouse
from orchestration.run_outcomes import outcomes_of
from orchestration.settings import Settings
from orchestration.telling import tell, window
from orchestration.warehouse import Warehouse

# Its partitions are chosen by a person: no other run strikes a day again.
RESTRUCK = dg.AssetSelection.assets(RESTRIKES.split("."))
EVERYTHING = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all() - RESTRUCK,
    description="Takes in the inbox and recomputes, checks and publishes everything.",
)
INBOX = dg.define_asset_job(
    "inbox_only",
    selection=dg.AssetSelection.groups("raw"),
    description="Takes in the inbox into raw and checks it; publishes nothing.",
)
# Every run judges, so its verdicts are published with it whatever it recomputes.
REPROJECT_DEALS = dg.define_asset_job(
    "reproject_deals",
    selection=(
        dg.AssetSelection.assets(*(table.split(".") for table in CLO_PROJECTION.tables)).downstream()
        | dg.AssetSelection.assets(["ops", "quality_results"]).downstream(include_self=False)
    ),
    config={"ops": {CLO_PROJECTION.name: {"config": {"deals": [], "again": True}}}},
    description="Projects the deals that its launchpad names again, all when it names none, and publishes.",
)
PROPOSE_TRADES = dg.define_asset_job(
    "propose_trades",
    selection=(
        dg.AssetSelection.assets(*(table.split(".") for table in TRADE_TABLES)).downstream()
        | dg.AssetSelection.assets(["ops", "quality_results"]).downstream(include_self=False)
    ),
    config={"ops": {TRADES: {"config": {"what": "rebalance", "method": "programme", "deals": []}}}},
    description="Weighs or proposes the trades that its launchpad asks for, of the deals that it names, and publishes.",
)
SIMULATE_MIGRATION = dg.define_asset_job(
    "simulate_migration",
    selection=(
        dg.AssetSelection.assets(*(table.split(".") for table in CLO_MIGRATION.tables)).downstream()
        | dg.AssetSelection.assets(["ops", "quality_results"]).downstream(include_self=False)
    ),
    config={"ops": {CLO_MIGRATION.name: {"config": {"deals": []}}}},
    description="Simulates ratings as its launchpad asks, and as the workbook does where it asks nothing, and publishes.",
)

APPROVE = dg.define_asset_job(
    "approve",
    selection=(
        dg.AssetSelection.assets(*(table.split(".") for table in APPROVAL_TABLES)).downstream()
        | dg.AssetSelection.assets(["ops", "quality_results"]).downstream(include_self=False)
    ),
    config={"ops": {APPROVALS: {"config": {"action": "NOTHING", "subject_type": "CAPITAL_CALL", "subject_id": ""}}}},
    description="Requests, validates, approves, rejects or revokes what its launchpad names, and publishes the log.",
)
RESTRIKE_NAVS = dg.define_asset_job(
    "restrike_navs",
    selection=(
        RESTRUCK.downstream() | dg.AssetSelection.assets(["ops", "quality_results"]).downstream(include_self=False)
    ),
    description="Strikes the NAVs of the valuation dates that its launchpad names again, and publishes.",
)


NAV_STEPS = {
    "VALIDATE": "Says that the strike its launchpad names was checked, with a comment where warnings failed, and publishes.",
    "APPROVE": "Approves the strike that its launchpad names, and publishes.",
    "REJECT": "Rejects the strike that its launchpad names, with a reason, and publishes.",
    "PUBLISH": "Releases the approved strike that its launchpad names, and publishes.",
    "RESTATE": "Says from when on published NAVs are wrong and why, shows what is to correct, opens drafts, and publishes.",
}
NAV_JOBS = [
    dg.define_asset_job(
        f"nav_{step.lower()}",
        selection=(
            dg.AssetSelection.assets(*(table.split(".") for table in NAV_APPROVAL_TABLES)).downstream()
            | dg.AssetSelection.assets(["ops", "quality_results"]).downstream(include_self=False)
        ),
        config={"ops": {NAV_APPROVALS: {"config": {"step": step, "product_id": "", "day": "", "actor": ""}}}},
        description=description,
    )
    for step, description in NAV_STEPS.items()
]


def build_jobs() -> list[Any]:
    return [
        RESTRIKE_NAVS,
        *NAV_JOBS,
        APPROVE,
        EVERYTHING,
        INBOX,
        REPROJECT_DEALS,
        PROPOSE_TRADES,
        SIMULATE_MIGRATION,
        RECONCILE,
    ]


def build_schedules() -> list[dg.ScheduleDefinition]:
    return [
        dg.ScheduleDefinition(
            name="every_morning",
            job=EVERYTHING,
            cron_schedule="0 6 * * 1-5",
            execution_timezone="UTC",
            description="Everything, each working day at six, whether or not files came.",
        )
    ]


def build_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    @dg.sensor(
        job=EVERYTHING,
        name="inbox_files",
        minimum_interval_seconds=30,
        description="Starts a run when the inbox holds content that no run was started for; its key is the contents' hash.",
    )
    def inbox_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
        if not found.files:
            return dg.SkipReason("the inbox is empty" if not found.waiting else "files are still being written")
        key = found.fingerprint
        if context.cursor == key:
            return dg.SkipReason("nothing new in the inbox")
        names = ", ".join(file.name for file in found.files[:5])
        request = dg.RunRequest(run_key=key, tags={"weir/files": names[:200]})
        return dg.SensorResult(run_requests=[request], cursor=key)

    def tell_now(
        instance: dg.DagsterInstance, run_ids: Sequence[str], failure: str | None = None
    ) -> dg.SkipReason | None:
        if not settings.warehouse_path.exists():
            return dg.SkipReason("there is no warehouse yet")
        try:
            # Nobody waits: what a run in progress keeps from being told now is told by it, or by the next tick.
            with hold_warehouse(settings.lock_path, "alerts", 0):
                warehouse = Warehouse(settings.warehouse_path, open_attempts=1)
                warehouse.create_tables()
                is_sent = tell(warehouse, settings, run_ids, outcomes_of(instance, window(settings)), failure=failure)
        except WarehouseBusy as busy:
            return dg.SkipReason(str(busy))
        return None if is_sent else dg.SkipReason("a receiver did not get all; what waits is sent with the next tick")

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="alert_on_findings",
        description="Tells people what a finished run held, refused or found wrong.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def alert_on_findings(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        # A run of the command line tells people itself, whether or not the daemon is up.
        if context.dagster_run.tags.get(STARTED_BY) == COMMAND_LINE:
            return None
        return tell_now(context.instance, [context.dagster_run.run_id])

    @dg.run_failure_sensor(
        name="alert_on_failure",
        description="Tells people that a run failed and published nothing.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def alert_on_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        if context.dagster_run.tags.get(STARTED_BY) == COMMAND_LINE:
            return None
        return tell_now(context.instance, [context.dagster_run.run_id], context.failure_event.message)

    @dg.sensor(
        name="alerts_that_wait",
        minimum_interval_seconds=300,
        description="Sends what a receiver did not get, reminds of what is open, and tells of feeds that became late.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def alerts_that_wait(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return tell_now(context.instance, ()) or dg.SkipReason("everything is told")

    return [inbox_files, alert_on_findings, alert_on_failure, alerts_that_wait]
