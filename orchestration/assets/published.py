"""The publication as an asset: what BI reads. How it is built and proved is publish's."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import dagster as dg

from expectations.suites import SUITES
from orchestration.fingerprints import code_fingerprint, settings_fingerprint
from orchestration.fund_reports.building import write_fund_reports
from orchestration.publish import Mart, marts_of, publish
from orchestration.reports import quality_report
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings


def published_marts(manifest: Path) -> tuple[Mart, ...]:
    """Every mart with the run-scope checks that must stand before it may be copied."""
    checks: dict[str, list[str]] = {}
    for suite in SUITES:
        if suite.scope == "run":
            checks.setdefault(suite.relation, []).extend(r.rule_id for r in suite.rules if r.severity == "critical")
    return marts_of(json.loads(manifest.read_text()), checks)


def build_published_assets(settings: Settings, manifest: Path) -> dg.AssetsDefinition:
    marts = published_marts(manifest)

    @dg.asset(
        key=["published", "warehouse"],
        deps=[["marts", mart.name] for mart in marts],
        group_name="published",
        owners=[settings.owner],
        kinds={"duckdb", "parquet"},
        description="The read-only copy of the marts that BI tools open: one tree per organisation, swapped in whole.",
        automation_condition=dg.AutomationCondition.eager(),
        # A working day without a publication is late; the schedule does not run at weekends.
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=76), warn_window=timedelta(hours=26)
        ),
    )
    def warehouse_publication(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        with retried_when_busy():
            done = publish(
                weir.warehouse,
                weir.settings,
                marts,
                run_id=context.run.run_id,
                fingerprints=(code_fingerprint(), settings_fingerprint(weir.settings)),
                reports={"quality.html": quality_report(weir.warehouse, context.run.run_id)},
                write_reports=partial(write_fund_reports, former=weir.settings.published_link),
            )
        table = "\n".join(f"| {mart} | {rows:,} |" for mart, rows in done.rows.items())
        return dg.MaterializeResult(
            metadata={
                "publication": done.publication_id,
                "path": dg.MetadataValue.path(str(done.path)),
                "organizations": ", ".join(done.organizations),
                "marts": len(done.rows),
                "rows": sum(done.rows.values()),
                "rows_by_mart": dg.MetadataValue.md(f"| mart | rows |\n|-|-:|\n{table}"),
            }
        )

    return warehouse_publication
