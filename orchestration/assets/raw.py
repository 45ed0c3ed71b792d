"""The inbox as raw tables. How a file is read is ingestion's, how it is recorded is loading's."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from ingestion.inbox import scan
from orchestration.fingerprints import code_fingerprint
from orchestration.loading import InboxOutcome, load_inbox
from orchestration.operations_policy import operations_policy
from orchestration.reconciliation.comparing import compare_new
from orchestration.resources import WarehouseResource, retried_when_busy, set_run_context
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, own_tables, table_descriptions


def table_schema(relation: str) -> dg.TableSchema:
    """Column schema of an own table, as the UI shows it."""
    return dg.TableSchema(columns=[dg.TableColumn(name, kind) for name, kind in own_tables()[relation].items()])


def raw_specs(settings: Settings) -> list[dg.AssetSpec]:
    """One asset per raw table, keyed as the table is named."""
    late = operations_policy(settings).publication
    return [
        dg.AssetSpec(
            key=relation.split("."),
            group_name="raw",
            owners=[settings.owner],
            kinds={"duckdb", "table"},
            description=table_descriptions()[relation],
            metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
            # Of looking into the inbox; how old the newest day of a feed may be is a check of ops.response_times.
            freshness_policy=dg.FreshnessPolicy.time_window(
                fail_window=timedelta(hours=late.late_after_hours), warn_window=timedelta(hours=late.warn_after_hours)
            ),
        )
        for relation in own_tables()
        if relation.startswith("raw.")
    ]


def read_inbox(settings: Settings, warehouse: Warehouse, run_id: str, log: dg.DagsterLogManager | None) -> InboxOutcome:
    """Scan the inbox and load what is new; returns the outcome of every new file."""
    found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
    outcome = load_inbox(
        warehouse,
        found,
        settings=settings,
        run_id=run_id,
        code=code_fingerprint(),
        progress=lambda file: log.info(f"{file.file_name}: {file.outcome} {file.message or ''}") if log else None,
    )
    set_run_context(warehouse, run_id, environment=settings.environment)
    taken = [file.load_id for file in outcome.files if file.outcome in ("loaded", "held") and file.load_id]
    compare_new(warehouse, settings, taken)
    return outcome


def build_raw_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(specs=raw_specs(settings), name="inbox", description="Loads every new file of the inbox.")
    def inbox(context: dg.AssetExecutionContext, weir: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        warehouse = weir.warehouse
        with retried_when_busy():
            outcome = read_inbox(weir.settings, warehouse, context.run.run_id, context.log)
        files = "\n".join(
            f"| {file.file_name} | {file.outcome} | {file.rows_staged} | {file.rows_quarantined} | {file.message or ''} |"
            for file in outcome.files
        )
        summary = dg.MetadataValue.md(f"| file | outcome | rows | quarantined | what to know |\n|-|-|-|-|-|\n{files}")
        counts = dict(
            warehouse.rows(
                " union all ".join(
                    f"select '{relation}', count(*) from {relation}"
                    for relation in own_tables()
                    if relation.startswith("raw.")
                )
            )
        )
        for key in sorted(context.selected_asset_keys):
            metadata: dict[str, dg.MetadataValue] = {
                "dagster/row_count": dg.MetadataValue.int(counts[".".join(key.path)])
            }
            if key.path[-1] == "loads":
                metadata |= {"files": summary, "files_new": dg.MetadataValue.int(len(outcome.files))}
            yield dg.MaterializeResult(asset_key=key, metadata=metadata)

    return inbox
