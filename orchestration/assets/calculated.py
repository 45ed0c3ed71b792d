"""What Python computes, as assets: one op a calculation, its tables with row counts, lineage and pictures.

What is computed already, and what it takes to compute, is the cache's and the calculations'.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.assets.bank_matching import BANK_MATCHING
from orchestration.assets.capital_activity import CAPITAL_ACTIVITY
from orchestration.assets.clo_balances import CLO_BALANCES
from orchestration.assets.clo_compliance import CLO_COMPLIANCE
from orchestration.assets.clo_configurations import CLO_CONFIGURATIONS
from orchestration.assets.clo_payment_dates import CLO_PAYMENT_DATES
from orchestration.assets.clo_projection import CLO_PROJECTION
from orchestration.assets.fund_fees import FUND_FEES
from orchestration.assets.fund_lifecycle import FUND_LIFECYCLE
from orchestration.assets.fund_pacing import FUND_PACING, fund_pacing
from orchestration.assets.fund_performance import FUND_PERFORMANCE
from orchestration.assets.fund_waterfall import FUND_WATERFALL
from orchestration.assets.ledger_mapping import LEDGER_MAPPING
from orchestration.assets.nav_money_market import MONEY_MARKET
from orchestration.assets.nav_projects import NAV_PROJECTS
from orchestration.assets.performance_measures import PERFORMANCE_MEASURES
from orchestration.assets.pool_performance import POOL_PERFORMANCE
from orchestration.assets.portal_comparison import PORTAL_COMPARISON
from orchestration.assets.raw import table_schema
from orchestration.assets.status_moves import STATUS_MOVES
from orchestration.assets.value_bridge import VALUE_BRIDGE
from orchestration.calculation_cache import REMEMBERED, Calculation, UnknownName, refresh
from orchestration.column_lineage import lineage_metadata
from orchestration.fingerprints import code_fingerprint
from orchestration.lineage import column_lineage
from orchestration.pictures import (
    commitment_picture,
    coverage_picture,
    cushion_picture,
    default_picture,
    equity_picture,
    forecast_picture,
    front_page_picture,
    fund_picture,
    industry_picture,
    loss_picture,
    money_market_picture,
    paydown_picture,
    pool_picture,
    premium_picture,
    projected_coverage_picture,
    rating_picture,
    tier_picture,
)
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, table_descriptions

CALCULATIONS = (
    CAPITAL_ACTIVITY,
    BANK_MATCHING,
    CLO_BALANCES,
    CLO_COMPLIANCE,
    CLO_CONFIGURATIONS,
    CLO_PROJECTION,
    CLO_PAYMENT_DATES,
    FUND_PACING,
    FUND_LIFECYCLE,
    FUND_FEES,
    FUND_PERFORMANCE,
    FUND_WATERFALL,
    LEDGER_MAPPING,
    NAV_PROJECTS,
    MONEY_MARKET,
    PERFORMANCE_MEASURES,
    POOL_PERFORMANCE,
    VALUE_BRIDGE,
    PORTAL_COMPARISON,
    STATUS_MOVES,
)
PICTURES: dict[str, Callable[[Warehouse], str]] = {
    "calc.clo_pool_metrics": pool_picture,
    "calc.clo_pool_concentrations": industry_picture,
    "calc.clo_oc_tests": coverage_picture,
    "calc.clo_compliance_results": cushion_picture,
    "calc.clo_liability_cash_flows": paydown_picture,
    "calc.clo_projected_tests": projected_coverage_picture,
    "calc.clo_scenario_summary": equity_picture,
    "calc.clo_migration_statistics": rating_picture,
    "calc.clo_migration_series": default_picture,
    "calc.clo_tranche_losses": loss_picture,
    "calc.commitment_roll": commitment_picture,
    "calc.pacing_forecasts": forecast_picture,
    "calc.pool_performance": front_page_picture,
    "calc.fund_waterfall": tier_picture,
    "calc.fund_performance": fund_picture,
    "calc.money_market_compliance": money_market_picture,
    "calc.nav_premiums": premium_picture,
}
LAUNCHPAD = """To recalculate some deals alone, open the launchpad (shift-click on *Materialize*, or job `reproject_deals`,
which also publishes) and name them; every other deal's rows stand as they are:

    ops:
      {op}:
        config:
          deals: [MAG17]   # empty: all
          again: true      # false: only what this code has not calculated yet
"""


def calculated_spec(
    settings: Settings, relation: str, deps: Sequence[str] = (), launchpad: str = "", group: str = "calc"
) -> dg.AssetSpec:
    """The asset of a table that is calculated from `deps`; `launchpad` tells how to ask for it by name."""
    description = table_descriptions()[relation]
    return dg.AssetSpec(
        key=relation.split("."),
        deps=[dep.split(".") for dep in deps],
        group_name=group,
        automation_condition=dg.AutomationCondition.eager() if deps else None,
        owners=[settings.owner],
        kinds={"python", "duckdb"},
        description=f"{description}\n\n{launchpad}" if launchpad else description,
        metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
    )


class Choice(dg.Config):
    """What the launchpad asks before a calculation that people may ask for by name."""

    deals: list[str] = Field(default=[], description="Ids of the deals to recalculate; empty: all of them.")
    again: bool = Field(default=False, description="Recalculate also what this code has calculated already.")


def of_house(settings: Settings, calculation: Calculation) -> Calculation:
    """The calculation on the house's own policy files, where its settings name them."""
    if calculation is FUND_PACING and settings.pacing_assumptions is not None:
        return fund_pacing(settings.pacing_assumptions)
    return calculation


def _calculated(settings: Settings, calculation: Calculation) -> dg.AssetsDefinition:
    launchpad = LAUNCHPAD.format(op=calculation.name) if calculation.name_of is not None else ""
    assets = dg.multi_asset(
        specs=[
            calculated_spec(settings, relation, calculation.deps, launchpad, calculation.group)
            for relation in calculation.tables
        ],
        name=calculation.name,
        description=calculation.description,
    )
    if calculation.name_of is None:

        @assets
        def calculated(weir: WarehouseResource) -> Iterator[dg.MaterializeResult]:
            yield from _results(weir.warehouse, calculation)

        return calculated

    @assets
    def chosen(config: Choice, weir: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        try:
            yield from _results(weir.warehouse, calculation, names=config.deals, again=config.again)
        except UnknownName as unknown:
            # The sentence is all that a person at the launchpad needs; trying again would not help.
            raise dg.Failure(str(unknown), allow_retries=False) from None

    return chosen


def _results(
    warehouse: Warehouse, calculation: Calculation, names: Sequence[str] = (), again: bool = False
) -> Iterator[dg.MaterializeResult]:
    with retried_when_busy():
        done = refresh(warehouse, calculation, code_fingerprint(), names=names, again=again)
    yield from table_results(warehouse, calculation.tables, done)


def table_results(warehouse: Warehouse, tables: Sequence[str], done: int) -> Iterator[dg.MaterializeResult]:
    """What is told of calculated tables: rows, how many inputs were calculated now, lineage and pictures."""
    for relation in tables:
        (rows,) = warehouse.rows(f"select count(*) from {relation}")[0]
        metadata: dict[str, Any] = {
            "dagster/row_count": rows,
            "inputs_calculated_now": done,
            **lineage_metadata(column_lineage(relation)),
        }
        if relation in PICTURES:
            metadata["picture"] = dg.MetadataValue.md(PICTURES[relation](warehouse))
        yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)


def build_calculated_assets(settings: Settings) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    return [
        *(_calculated(settings, of_house(settings, calculation)) for calculation in CALCULATIONS),
        calculated_spec(settings, REMEMBERED),
    ]
