"""Everything Dagster needs to know, built from settings so that tests can build it in a home of their own."""

from __future__ import annotations

import dagster as dg

from orchestration.assets.approved import build_approval_assets
from orchestration.assets.calculated import build_calculated_assets
from orchestration.assets.domain_events import build_event_assets
from orchestration.assets.health import build_health_assets
from orchestration.assets.migrated import build_migration_assets
from orchestration.assets.models import build_dbt_assets
from orchestration.assets.nav_approved import build_nav_approval_assets
from orchestration.assets.nav_restrikes import build_restrike_assets
from orchestration.assets.nav_strikes import build_nav_assets
from orchestration.assets.ops import build_ops_assets
from orchestration.assets.published import build_published_assets
from orchestration.assets.raw import build_raw_assets
from orchestration.assets.traded import build_trade_assets
from orchestration.assets.verdicts import build_verdict_assets
from orchestration.backup.jobs import build_backup_jobs, build_backup_schedules, build_shipping_sensor
from orchestration.checks import build_checks
from orchestration.home import manifest_path, prepare_home
from orchestration.jobs import build_jobs, build_schedules, build_sensors
from orchestration.parsed_project import STATE
from orchestration.progress import progress_logger
from orchestration.resources import DbtResource, WarehouseResource
from orchestration.settings import Settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """The whole graph on the home of `settings`; parses the dbt project when its manifest is not of this code."""
    prepare_home(settings)
    manifest = manifest_path(settings)
    backup_jobs = build_backup_jobs(settings)
    return dg.Definitions(
        assets=[
            build_raw_assets(settings),
            *build_ops_assets(settings),
            *build_dbt_assets(settings, manifest),
            *build_calculated_assets(settings),
            build_approval_assets(settings),
            build_trade_assets(settings),
            build_migration_assets(settings),
            build_nav_assets(settings),
            build_restrike_assets(settings),
            build_nav_approval_assets(settings),
            *build_verdict_assets(settings),
            build_event_assets(settings),
            build_published_assets(settings, manifest),
            build_health_assets(settings),
        ],
        asset_checks=build_checks(settings),
        jobs=[*build_jobs(), *backup_jobs],
        schedules=[*build_schedules(), *build_backup_schedules(backup_jobs)],
        sensors=[*build_sensors(settings), build_shipping_sensor(settings, backup_jobs)],
        executor=dg.in_process_executor,
        loggers={"console": progress_logger},
        resources={
            "weir": WarehouseResource.of(settings),
            "dbt": DbtResource.on(manifest.with_name(STATE)),
        },
    )
