"""What Python computes, as assets: one op a calculation, its tables with row counts, lineage and pictures."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from orchestration.assets.clo_balances import CLO_BALANCES
from orchestration.assets.clo_payment_dates import CLO_PAYMENT_DATES
from orchestration.assets.clo_projection import CLO_PROJECTION
from orchestration.assets.fund_performance import FUND_PERFORMANCE
from orchestration.assets.raw import table_schema
from orchestration.calculation_cache import REMEMBERED, Calculation, refresh
from orchestration.column_lineage import lineage_metadata
from orchestration.fingerprints import code_fingerprint
from orchestration.lineage import column_lineage
from orchestration.pictures import coverage_picture, performance_picture, pool_picture
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, table_descriptions

CALCULATIONS = (CLO_BALANCES, CLO_PROJECTION, CLO_PAYMENT_DATES, FUND_PERFORMANCE)
PICTURES: dict[str, Callable[[Warehouse], str]] = {
    "calc.clo_pool_metrics": pool_picture,
    "calc.clo_oc_tests": coverage_picture,
    "calc.fund_performance": performance_picture,
}


def _spec(settings: Settings, relation: str, deps: tuple[str, ...] = ()) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=relation.split("."),
        deps=[dep.split(".") for dep in deps],
        group_name="calc",
        automation_condition=dg.AutomationCondition.eager() if deps else None,
        owners=[settings.owner],
        kinds={"python", "duckdb"},
        description=table_descriptions()[relation],
        metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
    )


def _calculated(settings: Settings, calculation: Calculation) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[_spec(settings, relation, calculation.deps) for relation in calculation.tables],
        name=calculation.name,
        description=calculation.description,
    )
    def calculated(context: dg.AssetExecutionContext, weir: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        warehouse = weir.warehouse
        with retried_when_busy():
            done = refresh(warehouse, calculation, code_fingerprint())
        for relation in calculation.tables:
            (rows,) = warehouse.rows(f"select count(*) from {relation}")[0]
            metadata: dict[str, Any] = {
                "dagster/row_count": rows,
                "inputs_calculated_now": done,
                **lineage_metadata(column_lineage(relation)),
            }
            if relation in PICTURES:
                metadata["picture"] = dg.MetadataValue.md(PICTURES[relation](warehouse))
            yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)

    return calculated


def build_calculated_assets(settings: Settings) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    return [*(_calculated(settings, calculation) for calculation in CALCULATIONS), _spec(settings, REMEMBERED)]
