"""A deal as a load states it, in the form that projections take: its file with the sheet's figures, pool, classes, base case.

Reading the warehouse does not belong here, nor does what is run on the deal.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import Rejection
from calculations.clo.deal import Deal, Holdings, load
from calculations.clo.deal.load import deal_file
from calculations.clo.foreign_assets import foreign_assets
from calculations.clo.scenario_table import base_case
from calculations.clo.scenarios import Scenario
from calculations.clo.sheet_deal import DealSheet, class_name, deal_inputs, reinvestment_terms
from calculations.clo.stated_terms import StatedTerms, by_asset
from calculations.clo.tape_terms import Assumed, tape_terms
from calculations.curves import Curve
from calculations.fx import Quotes
from orchestration.assets.clo_projection_inputs import sheet_of
from orchestration.assets.clo_rows import Names


@dataclass(frozen=True, eq=False)
class StatedDeal:
    """A deal that can be projected; `names` are the sheet's of the file's classes, `rejections` assets that take no part."""

    deal: Deal
    holdings: Holdings
    names: Names
    base: Scenario
    rejections: tuple[Rejection, ...]
    assumed: tuple[Assumed, ...]


def stated_deal(deal_id: str, inputs: Mapping[str, Any]) -> StatedDeal:
    """The deal of `inputs`, rows by staging model. Raises ValueError where it cannot be projected."""
    terms = inputs["terms"]
    sheet = sheet_of(deal_id, inputs)
    for name in ("current_libor", "analysis_date"):
        if terms[name] is None:
            raise ValueError(f"{deal_id}: expected {name} on the deal sheet, found none")
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
    deal = load(deal_file(deal_id), inputs=deal_figures)
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
    holdings = Holdings(
        assets=pool.assets,
        analysis=terms["analysis_date"],
        calendar=BusinessCalendar(frozenset(row["holiday_date"] for row in inputs["holidays"])),
        current_index=index,
        in_default=bool(terms["has_event_of_default"]),
        currencies=pool.currencies,
        hedges=pool.hedges,
    )
    return StatedDeal(
        deal=deal,
        holdings=holdings,
        names=names,
        base=base,
        rejections=(*rejections, *pool.rejections),
        assumed=(*assumed, *pool.assumed, *assumed_of_deal, *assumed_of_curve, *assumed_of_scenarios),
    )


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
