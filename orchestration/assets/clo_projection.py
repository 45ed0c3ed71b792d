"""Projects each deal's newest pool under every scenario, and keeps what people read of it. The finance is in calculations."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from calculations.calendars import BusinessCalendar
from calculations.clo.deal import Deal, Holdings, load, run
from calculations.clo.deal.load import deal_file
from calculations.clo.deal.projected_accounts import projected_ledger
from calculations.clo.foreign_assets import foreign_assets
from calculations.clo.scenario_table import base_case, scenario_of
from calculations.clo.scenarios import Scenarios
from calculations.clo.sheet_deal import DealSheet, class_name, deal_inputs, reinvestment_terms
from calculations.clo.stated_terms import StatedTerms, by_asset
from calculations.clo.tape_terms import Assumed, tape_terms
from calculations.curves import Curve
from calculations.fx import Quotes
from orchestration.assets import clo_account_rows as account_rows
from orchestration.assets import clo_projection_rows as rows
from orchestration.assets import clo_summary_rows as summary_rows
from orchestration.assets.clo_projection_inputs import OF_ASSETS, OF_LOAD, SHOWN, STAGED, inputs_of, sheet_of
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
    terms = inputs["terms"]
    sheet = sheet_of(keys["deal_id"], inputs)
    for name in ("current_libor", "analysis_date"):
        if terms[name] is None:
            raise ValueError(f"{keys['deal_id']}: expected {name} on the deal sheet, found none")
    index = terms["current_libor"]
    instalments: dict[str, list[tuple[dt.date, float]]] = {}
    for row in inputs["sink_schedules"]:
        instalments.setdefault(row["asset_id"], []).append((row["sink_date"], row["amount"]))
    vectors: dict[str, list[float]] = {}
    for row in inputs["cash_flow_vectors"]:
        vectors.setdefault(row["vector_name"], []).append(row["value"])
    stated = StatedTerms.of(**{name: inputs[f"asset_{name}"] for name in ("pik", "draws", "steps", "events")})
    assets, rejections, assumed = tape_terms(inputs["holdings"], instalments, index, terms["analysis_date"], stated)
    deal_figures, assumed_of_deal = deal_inputs(sheet)
    deal = load(deal_file(keys["deal_id"]), inputs=deal_figures)
    pool = foreign_assets(
        assets,
        {row["asset_id"]: row["currency"] for row in inputs["holdings"]},
        by_asset(inputs["asset_hedges"], "from_date"),
        deal.currency,
        Quotes.of(
            (row["base_currency"], row["quote_currency"], row["rate_date"], row["rate"])
            for row in inputs["deal_fx_rates"]
        ),
        index,
        terms["analysis_date"],
    )
    names = _names_of_classes(deal, sheet)
    curve, assumed_of_curve = _curve(terms["analysis_date"], inputs["yield_curve"])
    base, assumed_of_scenarios = base_case(
        inputs["cash_flow_assumptions"],
        vectors,
        [asset.asset_id for asset in pool.assets],
        curve=curve,
        reinvestment=reinvestment_terms(sheet),
        liquidation_price=float(deal.call.price if deal.call.price is not None else 1),
    )
    base = replace(base, spot_rates=pool.spot_rates)
    detailed = Scenarios.of(scenario_of(row, base) for row in scenario_rows if row["has_detail"])
    grid = Scenarios.of(scenario_of(row, base) for row in scenario_rows if not row["has_detail"])
    holdings = Holdings(
        assets=pool.assets,
        analysis=terms["analysis_date"],
        calendar=BusinessCalendar(frozenset(row["holiday_date"] for row in inputs["holidays"])),
        current_index=index,
        in_default=bool(terms["has_event_of_default"]),
        currencies=pool.currencies,
        hedges=pool.hedges,
    )
    with_rows = run(deal, holdings, detailed, details=True)
    summarised = run(deal, holdings, grid)
    ledger = projected_ledger(deal, with_rows.result, with_rows.dates.payment)
    known = {row["scenario_id"] for row in scenario_rows}
    nowhere = [row for row in inputs["asset_events"] if row["scenario"] and row["scenario"] not in known]
    keys = {**keys, "currency": deal.currency}
    refused = (*rejections, *pool.rejections, *with_rows.rejections, *summarised.rejections)
    notes: Iterable[Assumed] = (
        *assumed,
        *pool.assumed,
        *assumed_of_deal,
        *assumed_of_curve,
        *assumed_of_scenarios,
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
        "calc.clo_asset_cash_flows": rows.asset_cash_flows(keys, with_rows, pool.currencies),
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


def _names_of_classes(deal: Deal, sheet: DealSheet) -> dict[str, str]:
    """Class of the deal file -> tranche on the sheet. Raises ValueError where the sheet leaves out one that is paid."""
    names = {class_name(row["tranche_name"]): row["tranche_name"] for row in sheet.tranches}
    paid = [name for name, note in deal.notes.items() if name == deal.equity or (note.opening_balance or 0) > 0]
    if missing := [name for name in paid if name not in names]:
        stated = ", ".join(names.values()) or "none"
        raise ValueError(
            f"{sheet.deal_id}: expected a tranche for class {', '.join(missing)} of the deal file on the deal sheet, "
            f"found {stated}"
        )
    return names


def _curve(analysis: dt.date, rows: Sequence[Mapping[str, Any]]) -> tuple[Curve, tuple[Assumed, ...]]:
    """The curve of a load; a tenor whose cell is blank lies between its neighbours, which is noted."""
    blank = [row["tenor_months"] for row in rows if row["rate"] is None]
    reason = "the yield curve has a blank cell: interpolated between its neighbours, the last forward held at the end"
    return (
        Curve.of(analysis, {row["tenor_months"]: row["rate"] for row in rows if row["rate"] is not None}),
        tuple(Assumed("yield curve", f"{months} months", None, reason) for months in blank),
    )


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
