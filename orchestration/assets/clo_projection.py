"""Projects each deal's newest pool under every scenario, and keeps what people read of it. The finance is in calculations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from calculations.clo.deal import run
from calculations.clo.deal.projected_accounts import projected_ledger
from calculations.clo.scenario_table import scenario_of
from calculations.clo.scenarios import Scenarios
from calculations.clo.tape_terms import Assumed
from orchestration.assets import clo_account_rows as account_rows
from orchestration.assets import clo_projection_rows as rows
from orchestration.assets import clo_summary_rows as summary_rows
from orchestration.assets.clo_projection_inputs import OF_ASSETS, OF_LOAD, SHOWN, STAGED, inputs_of
from orchestration.assets.clo_projection_terms import stated_deal
from orchestration.assets.clo_rows import joined
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

TABLES = (
    "calc.clo_projections",
    "calc.clo_asset_cash_flows",
    "calc.clo_liability_cash_flows",
    "calc.clo_waterfall_payments",
    "calc.clo_projected_tests",
    "calc.clo_projected_fees",
    "calc.clo_account_movements",
    "calc.clo_account_balances",
    "calc.clo_tranche_risk",
    "calc.clo_scenario_summary",
    "calc.clo_assumed_inputs",
)
PROJECTED = f"""
    select projection_id from intermediate.int_clo__deal_projections
    where (load_id, deal_id) in (select (load_id, deal_id) from ({SHOWN}))
"""


def calculate(warehouse: Warehouse, projection_ids: Sequence[str]) -> Tables:
    """Rows of the calc tables for deals named by load and deal id; one that cannot be projected has its reason."""
    scenarios = warehouse.records(
        "select * from seeds.scenarios where is_projected order by scenario_kind, scenario_id"
    )
    found: dict[str, list[pa.Table]] = {table: [] for table in TABLES}
    for projection_id in projection_ids:
        keys, inputs = inputs_of(warehouse, projection_id)
        try:
            tables = project(keys, inputs, scenarios)
        except ValueError as error:
            # Said among the assumptions too, because those are published.
            why = Assumed(keys["deal_id"], "projection", None, str(error))
            tables = {
                "calc.clo_projections": summary_rows.projection(keys, reason=str(error)),
                "calc.clo_assumed_inputs": summary_rows.assumed_inputs(keys, [why]),
            }
        for table, part in tables.items():
            found[table].append(part)
    return {table: joined(parts) for table, parts in found.items() if parts}


def project(
    keys: Mapping[str, Any], inputs: Mapping[str, Any], scenario_rows: Sequence[Mapping[str, Any]]
) -> dict[str, pa.Table]:
    """Rows by table for one deal. `inputs` are rows by staging model. Raises ValueError where it cannot be projected."""
    stated = stated_deal(keys["deal_id"], inputs)
    deal, holdings, names, base = stated.deal, stated.holdings, stated.names, stated.base
    detailed = Scenarios.of(scenario_of(row, base) for row in scenario_rows if row["has_detail"])
    grid = Scenarios.of(scenario_of(row, base) for row in scenario_rows if not row["has_detail"])
    with_rows = run(deal, holdings, detailed, details=True)
    summarised = run(deal, holdings, grid)
    ledger = projected_ledger(deal, with_rows.result, with_rows.dates.payment)
    known = {row["scenario_id"] for row in scenario_rows}
    nowhere = [row for row in inputs["asset_events"] if row["scenario"] and row["scenario"] not in known]
    keys = {**keys, "currency": deal.currency}
    refused = (*stated.rejections, *with_rows.rejections, *summarised.rejections)
    notes: Iterable[Assumed] = (
        *stated.assumed,
        *(Assumed(item.asset_id, "asset", None, item.reason) for item in refused),
        *(
            Assumed(
                row["asset_id"],
                "scenario",
                None,
                f"{row['kind']} of {row['event_date']}: no scenario {row['scenario']!r}",
            )
            for row in nowhere
        ),
        *(
            Assumed(keys["deal_id"], "run", None, text)
            for part in (with_rows, summarised)
            for text in part.result.assumptions
        ),
        *(Assumed(keys["deal_id"], item.key, item.value, item.reason) for item in deal.assumed),
    )
    return {
        "calc.clo_projections": summary_rows.projection(keys, projected=with_rows),
        "calc.clo_asset_cash_flows": rows.asset_cash_flows(keys, with_rows, holdings.currencies),
        "calc.clo_liability_cash_flows": rows.liability_cash_flows(keys, deal, with_rows, names),
        "calc.clo_waterfall_payments": rows.waterfall_payments(keys, deal, with_rows),
        "calc.clo_projected_tests": rows.coverage_tests(keys, deal, with_rows, names),
        "calc.clo_projected_fees": rows.fees(keys, deal, with_rows),
        "calc.clo_account_movements": account_rows.movements(keys, ledger, with_rows),
        "calc.clo_account_balances": account_rows.balances(keys, ledger, with_rows),
        "calc.clo_tranche_risk": joined(
            summary_rows.tranche_risk(keys, part, names) for part in (with_rows, summarised)
        ),
        "calc.clo_scenario_summary": joined(
            summary_rows.scenario_summary(keys, deal, part) for part in (with_rows, summarised)
        ),
        "calc.clo_assumed_inputs": summary_rows.assumed_inputs(keys, notes),
    }


def _deal_of(projection_id: str) -> str:
    return projection_id.rpartition("/")[2]


CLO_PROJECTION = Calculation(
    name="clo_projection",
    description="Every deal's newest pool under every scenario: collateral, waterfall, tests, fees and risk.",
    tables=TABLES,
    key="projection_id",
    inputs=PROJECTED,
    deps=(
        "intermediate.int_clo__deal_projections",
        "intermediate.int_clo__deal_fx_rates",
        *(f"intermediate.int_clo__{name}" for name in OF_ASSETS),
        "intermediate.int_clo__deal_terms",
        "intermediate.int_clo__holdings",
        *(f"staging.stg_clo__{name}" for name in (*STAGED, *OF_LOAD)),
        "seeds.scenarios",
    ),
    compute=calculate,
    name_of=_deal_of,
)
