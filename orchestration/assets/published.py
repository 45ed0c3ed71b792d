"""The publication as an asset: what BI reads. How it is built and proved is publish's."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb

from expectations.suites import SUITES
from orchestration.fingerprints import code_fingerprint, settings_fingerprint
from orchestration.fund_reports.building import Held, write_fund_reports
from orchestration.fund_reports.captions import load_templates
from orchestration.operations_policy import operations_policy
from orchestration.publish import Mart, marts_of, publish
from orchestration.quality import Verdict, as_check_result, record
from orchestration.reports import quality_report
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings

RELATION, REPORTS_RECONCILE = "published.warehouse", "every_report_reconciles"


def published_marts(manifest: Path) -> tuple[Mart, ...]:
    """Every mart with the run-scope checks that must stand before it may be copied."""
    checks: dict[str, list[str]] = {}
    for suite in SUITES:
        if suite.scope == "run":
            checks.setdefault(suite.relation, []).extend(r.rule_id for r in suite.rules if r.severity == "critical")
    return marts_of(json.loads(manifest.read_text()), checks)


def held_verdicts(held: Sequence[Held]) -> list[Verdict]:
    """One failed verdict for each report that does not reconcile; it holds that report and nothing else."""
    return [
        Verdict(
            stage="published",
            asset=RELATION,
            check_name=REPORTS_RECONCILE,
            severity="critical",
            scope="entity",
            status="failed",
            observed="held",
            expected="every cell that must be zero is",
            message=each.reason,
            organization_id=each.organization_id,
            entity_type="fund",
            entity_id=each.fund_id,
        )
        for each in held
    ]


def build_published_assets(settings: Settings, manifest: Path) -> dg.AssetsDefinition:
    marts = published_marts(manifest)
    late = operations_policy(settings).publication

    key = dg.AssetKey(RELATION.split("."))

    @dg.asset(
        key=key,
        check_specs=[
            dg.AssetCheckSpec(
                REPORTS_RECONCILE,
                asset=key,
                description="Every report to investors reconciles; one that does not is held, the others are published.",
            )
        ],
        deps=[["marts", mart.name] for mart in marts],
        group_name="published",
        owners=[settings.owner],
        kinds={"duckdb", "parquet"},
        description="The read-only copy of the marts that BI tools open: one tree per organisation, swapped in whole.",
        automation_condition=dg.AutomationCondition.eager(),
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=late.late_after_hours), warn_window=timedelta(hours=late.warn_after_hours)
        ),
    )
    def warehouse_publication(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        held: list[Held] = []

        def write_reports(connection: duckdb.DuckDBPyConnection, building: Path, publication_id: str) -> None:
            held[:] = write_fund_reports(
                connection, building, publication_id, former=weir.settings.published_link, templates=templates
            )

        templates = load_templates(weir.settings.report_captions)
        with retried_when_busy():
            done = publish(
                weir.warehouse,
                weir.settings,
                marts,
                run_id=context.run.run_id,
                fingerprints=(code_fingerprint(), settings_fingerprint(weir.settings)),
                reports={"quality.html": quality_report(weir.warehouse, context.run.run_id)},
                write_reports=write_reports,
            )
            verdicts = held_verdicts(held)
            record(weir.warehouse, context.run.run_id, verdicts)
        summary = Verdict("published", RELATION, REPORTS_RECONCILE, "critical", "entity", "passed", f"{len(held)} held")
        table = "\n".join(f"| {mart} | {rows:,} |" for mart, rows in done.rows.items())
        return dg.MaterializeResult(
            metadata={
                "publication": done.publication_id,
                "path": dg.MetadataValue.path(str(done.path)),
                "organizations": ", ".join(done.organizations),
                "marts": len(done.rows),
                "rows": sum(done.rows.values()),
                "rows_by_mart": dg.MetadataValue.md(f"| mart | rows |\n|-|-:|\n{table}"),
                "reports_held": len(held),
            },
            check_results=[as_check_result([summary, *verdicts], asset_key=key, check_name=REPORTS_RECONCILE)],
        )

    return warehouse_publication
