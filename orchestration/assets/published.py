"""The publication as an asset: what BI reads. How it is built and proved is publish's."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from expectations.suites import SUITES
from orchestration import audit
from orchestration.events.store import WATERMARKS
from orchestration.fingerprints import code_fingerprint, settings_fingerprint
from orchestration.fund_reports.building import Held, write_fund_reports
from orchestration.fund_reports.captions import load_templates
from orchestration.operations_policy import operations_policy
from orchestration.publish import marts_of, publish
from orchestration.quality import Verdict, as_check_result, breach_verdict, record
from orchestration.reconciliation.page import NAME as RECONCILIATION_PAGE
from orchestration.reconciliation.page import reconciliation_page
from orchestration.reports import quality_report
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.sealed_log import AUDIT_TRAIL
from orchestration.settings import Settings
from orchestration.tenancy import Mart, TenantLeak
from orchestration.warehouse import Warehouse

RELATION, REPORTS_RECONCILE = "published.warehouse", "every_report_reconciles"
TRAIL_IS_WHOLE = "audit_trail_came_by_the_write_path"
NO_LEAK = "no_folder_shows_another_organisation"


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


def trail_verdict(warehouse: Warehouse, settings: Settings) -> Verdict:
    """Whether the audit trail is whole. A home of the past has a part of the trail and no key: there the links are looked at."""
    if settings.as_known_at is None:
        found, rows = audit.breaches(warehouse, settings)
    else:
        with warehouse.connect() as connection:
            entries = AUDIT_TRAIL.rows(connection)
        found, rows = list(AUDIT_TRAIL.in_order(entries)), len(entries)
    expected = "every row as it was written, each sealed over the one before"
    return breach_verdict(
        AUDIT_TRAIL.table, TRAIL_IS_WHOLE, expected, [breach.what for breach in found], f"{rows} rows"
    )


def leak_verdict(leak: TenantLeak | None) -> Verdict:
    """Whether what was copied for an organisation is its own; a leak stops the run. Source: input-contracts 2.3."""
    if leak is None:
        return Verdict("published", RELATION, NO_LEAK, "critical", "run", "passed", "every row is its folder's own")
    return Verdict("published", RELATION, NO_LEAK, "critical", "run", "failed", "rows of others", message=str(leak))


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
            ),
            dg.AssetCheckSpec(
                TRAIL_IS_WHOLE,
                asset=key,
                description="Every row of the audit trail is as it was written; otherwise nothing is published.",
            ),
            dg.AssetCheckSpec(
                NO_LEAK,
                asset=key,
                blocking=True,
                description="What is copied for an organisation holds no row of another's, and none made from its files.",
            ),
        ],
        # Events are derived from the marts, and a mart shows them.
        deps=[*(["marts", mart.name] for mart in marts), WATERMARKS.split(".")],
        group_name="published",
        owners=[settings.owner],
        kinds={"duckdb", "parquet"},
        description="The read-only copy of the marts that BI tools open: one tree per organisation, swapped in whole.",
        automation_condition=dg.AutomationCondition.eager(),
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=late.late_after_hours), warn_window=timedelta(hours=late.warn_after_hours)
        ),
    )
    def warehouse_publication(context: dg.AssetExecutionContext, weir: WarehouseResource) -> Iterator[Any]:
        held: list[Held] = []

        def write_reports(connection: duckdb.DuckDBPyConnection, building: Path, publication_id: str) -> None:
            held[:] = write_fund_reports(
                connection, building, publication_id, former=weir.settings.published_link, templates=templates
            )

        templates = load_templates(weir.settings.report_captions)
        with retried_when_busy():
            trail = trail_verdict(weir.warehouse, weir.settings)
            record(weir.warehouse, context.run.run_id, [trail])
            try:
                done = publish(
                    weir.warehouse,
                    weir.settings,
                    marts,
                    run_id=context.run.run_id,
                    fingerprints=(code_fingerprint(), settings_fingerprint(weir.settings)),
                    reports={"quality.html": quality_report(weir.warehouse, context.run.run_id)},
                    write_reports=write_reports,
                    pages={RECONCILIATION_PAGE: reconciliation_page},
                )
            except TenantLeak as leak:
                shown = leak_verdict(leak)
                record(weir.warehouse, context.run.run_id, [shown])
                yield as_check_result([shown], asset_key=key, check_name=NO_LEAK)
                raise
            verdicts = held_verdicts(held)
            own = leak_verdict(None)
            record(weir.warehouse, context.run.run_id, [*verdicts, own])
        summary = Verdict("published", RELATION, REPORTS_RECONCILE, "critical", "entity", "passed", f"{len(held)} held")
        table = "\n".join(f"| {mart} | {rows:,} |" for mart, rows in done.rows.items())
        yield dg.MaterializeResult(
            metadata={
                "publication": done.publication_id,
                "path": dg.MetadataValue.path(str(done.path)),
                "organizations": ", ".join(done.organizations),
                "marts": len(done.rows),
                "rows": sum(done.rows.values()),
                "rows_by_mart": dg.MetadataValue.md(f"| mart | rows |\n|-|-:|\n{table}"),
                "reports_held": len(held),
            },
            check_results=[
                as_check_result([summary, *verdicts], asset_key=key, check_name=REPORTS_RECONCILE),
                as_check_result([trail], asset_key=key, check_name=TRAIL_IS_WHOLE),
                as_check_result([own], asset_key=key, check_name=NO_LEAK),
            ],
        )

    return warehouse_publication
