"""Strikes days again, chosen by partition: one valuation date, or a range as one backfill. Every day new is nav_strikes'.

A day whose inputs and method have not changed keeps its version. Source: nav 1.3, 3 (Restatement).
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import dagster as dg

from orchestration.assets.nav_rows import RESTRIKES, Struck
from orchestration.assets.nav_strikes import DEPS, Outcome, organizations, strike_products
from orchestration.assets.raw import table_schema
from orchestration.calculation_cache import as_table
from orchestration.clock import utc_now
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append, table_descriptions


def restrike(warehouse: Warehouse, first: dt.date, last: dt.date, run_id: str) -> list[Outcome]:
    """Strike every product on its days from `first` to `last`, both included, and keep what has changed.

    What is new is written every few products, so that a range of years needs no more memory than a day.
    """
    found: list[Outcome] = []
    for organization in organizations(warehouse):
        struck, kept = Struck(), 0
        for outcomes in strike_products(warehouse, organization, run_id, struck, lambda day: first <= day <= last):
            found += outcomes
            if struck.is_full:
                _write(warehouse, organization, run_id, struck, found[kept:])
                kept = len(found)
        _write(warehouse, organization, run_id, struck, found[kept:])
    return found


def _write(warehouse: Warehouse, organization: str, run_id: str, struck: Struck, outcomes: Sequence[Outcome]) -> None:
    kept = {"organization_id": organization, "restruck_at": utc_now(), "run_id": run_id}
    with warehouse.transaction() as connection:
        struck.write(connection)
        append(connection, RESTRIKES, as_table(RESTRIKES, [{**kept, **asdict(outcome)} for outcome in outcomes]))


def build_restrike_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=RESTRIKES.split("."),
        deps=[dep.split(".") for dep in DEPS],
        group_name="calc",
        owners=[settings.owner],
        kinds={"python", "duckdb"},
        description=table_descriptions()[RESTRIKES],
        metadata={"dagster/column_schema": table_schema(RESTRIKES), "dagster/relation_identifier": RESTRIKES},
        partitions_def=dg.DailyPartitionsDefinition(start_date=settings.first_valuation_date.isoformat(), end_offset=1),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def nav_restrikes(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        days = context.partition_key_range
        first, last = dt.date.fromisoformat(days.start), dt.date.fromisoformat(days.end)
        with retried_when_busy():
            outcomes = restrike(weir.warehouse, first, last, context.run.run_id)
        counts = Counter(outcome.outcome for outcome in outcomes)
        changed = [outcome for outcome in outcomes if outcome.outcome != "UNCHANGED"]
        listed = "\n".join(f"- {each.product_id}, {each.valuation_date}: {each.outcome}" for each in changed[:50])
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(outcomes),
                "new_versions": counts["NEW_VERSION"],
                "unchanged": counts["UNCHANGED"],
                "not_struck": counts["NOT_STRUCK"],
                "changed": dg.MetadataValue.md(listed or "nothing has changed"),
            }
        )

    return nav_restrikes
