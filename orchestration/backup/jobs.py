"""Backups in Dagster: jobs, their schedules, and the sensor that ships what came. What they do is done by the other modules.

Their jobs take the home's lock as commands do and not the resource of runs, which would write to the warehouse each time.
"""

import time
from typing import Any

import dagster as dg

from ingestion.inbox import scan
from orchestration.audit import DAGSTER
from orchestration.backup.drilling import drill
from orchestration.backup.errors import BackupError
from orchestration.backup.making import back_up
from orchestration.backup.policy import DataSet, backup_policy
from orchestration.backup.pruning import prune
from orchestration.backup.shipping import ship_and_tell
from orchestration.home import prepare_home
from orchestration.settings import Settings

SHIPPING_SECONDS = 120


def build_backup_jobs(settings: Settings) -> list[Any]:
    """One job for each data set, and those that prune, drill and ship."""
    return [*(_backup_job(settings, data_set) for data_set in DataSet), *_other_jobs(settings)]


def _backup_job(settings: Settings, data_set: DataSet) -> dg.JobDefinition:
    @dg.op(name=f"back_up_{data_set}_op")
    def back_up_op(context: dg.OpExecutionContext) -> None:
        prepare_home(settings)
        made = back_up(settings, data_set, source=DAGSTER, say=context.log.info)
        context.add_output_metadata(
            {
                "backup_id": made[0].backup_id,
                "stored_bytes": sum(each.stored_bytes for each in made),
                "seconds": sum(each.seconds for each in made),
                "failed_targets": sum(each.failure is not None for each in made),
            }
        )
        failed = [f"{each.target}: {each.failure}" for each in made if each.failure is not None]
        if failed:
            raise dg.Failure("; ".join(failed))

    @dg.job(name=f"back_up_{data_set}", description=f"Backs up: {backup_policy().data_sets[data_set].description}")
    def job() -> None:
        back_up_op()

    return job


def _other_jobs(settings: Settings) -> list[dg.JobDefinition]:
    @dg.op
    def prune_backups_op(context: dg.OpExecutionContext) -> None:
        for pruned in prune(settings, source=DAGSTER):
            context.log.info(f"{pruned.target}: {len(pruned.paths)} deleted")

    @dg.op
    def drill_backups_op(context: dg.OpExecutionContext) -> None:
        limits = backup_policy().targets
        drilled = drill(settings, context.run_id, DAGSTER)
        said = [f"{each.target}: {'; '.join(short)}" for each in drilled if (short := each.shortcomings(limits))]
        if said:
            raise dg.Failure("; ".join(said))
        context.add_output_metadata(
            {
                "recovery_time_seconds": max(each.recovery_time_seconds or 0.0 for each in drilled),
                "recovery_point_seconds": max(each.recovery_point_seconds or 0.0 for each in drilled),
            }
        )

    @dg.op
    def ship_to_backups_op(context: dg.OpExecutionContext) -> None:
        failed = [each for each in ship_and_tell(settings, context.run_id) if each.failure is not None]
        if failed:
            raise BackupError("; ".join(f"{each.target}: {each.failure}" for each in failed))

    @dg.job(description="Deletes backups that no rung of their ladder keeps, and increments past their time.")
    def prune_backups() -> None:
        prune_backups_op()

    @dg.job(description="Restores the newest backup of every target elsewhere, checks it, and measures recovery.")
    def drill_backups() -> None:
        drill_backups_op()

    @dg.job(description="Ships what came since the last time to the backup targets.")
    def ship_to_backups() -> None:
        ship_to_backups_op()

    return [prune_backups, drill_backups, ship_to_backups]


def build_backup_schedules(jobs: list[Any]) -> list[dg.ScheduleDefinition]:
    """Each data set as often as the policy says, beside the hours of runs; pruning daily, a drill each week."""
    by_name = {job.name: job for job in jobs}
    schedules = []
    for data_set, ladder in backup_policy().data_sets.items():
        hours = f"*/{ladder.every_hours}" if ladder.every_hours < 24 else "1"
        schedules.append(
            dg.ScheduleDefinition(
                name=f"back_up_{data_set}_schedule",
                job=by_name[f"back_up_{data_set}"],
                cron_schedule=f"17 {hours} * * *",
                execution_timezone="UTC",
                description=f"Every {ladder.every_hours} hours; kept are {ladder.daily} days, {ladder.weekly} weeks, "
                f"{ladder.monthly} months and {ladder.yearly} years.",
            )
        )
    for name, cron in (("prune_backups", "47 1 * * *"), ("drill_backups", "17 3 * * 6")):
        schedules.append(
            dg.ScheduleDefinition(
                name=f"{name}_schedule", job=by_name[name], cron_schedule=cron, execution_timezone="UTC"
            )
        )
    return schedules


def build_shipping_sensor(settings: Settings, jobs: list[Any]) -> dg.SensorDefinition:
    @dg.sensor(
        job=next(job for job in jobs if job.name == "ship_to_backups"),
        name="ship_what_came",
        minimum_interval_seconds=SHIPPING_SECONDS,
        description="Ships to the backup targets when the warehouse or the inbox has changed, and every 15 minutes.",
    )
    def ship_what_came(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not settings.backup_targets:
            return dg.SkipReason("no WEIR_BACKUP_TARGETS are configured")
        if not settings.warehouse_path.exists():
            return dg.SkipReason("there is no warehouse yet")
        state = settings.warehouse_path.stat()
        found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
        # Once in each recovery point in any case: a target that was away is tried again though nothing came.
        slot = int(time.time() / (backup_policy().targets.recovery_point_minutes * 60))
        key = f"{slot}/{state.st_mtime_ns}/{state.st_size}/{found.fingerprint}"
        if context.cursor == key:
            return dg.SkipReason("nothing came")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key)], cursor=key)

    return ship_what_came
