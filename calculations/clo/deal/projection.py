"""One deal from its assets to its notes under many scenarios: collateral, reinvestment, waterfall and risk in one pass.

What each of them does is in its own module; what a person asks of the result, and where it is kept, does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calculations.clo.collateral import AssetFlows, Rejection, project_assets
from calculations.clo.columns import Floats
from calculations.clo.deal.assumed import assumed
from calculations.clo.deal.commitments import funded
from calculations.clo.deal.engine import run_liabilities
from calculations.clo.deal.payment_dates import PaymentDates, date_terms
from calculations.clo.deal.pool_details import PoolDetails
from calculations.clo.deal.pool_parts import Holdings, Part, PoolParts, counting_pik
from calculations.clo.deal.results import DealResult
from calculations.clo.deal.terms import Deal
from calculations.clo.deal_dates import DealDates, deal_dates
from calculations.clo.equity_return import EquityReturns, equity_irrs
from calculations.clo.note_risk import NoteFlows, NoteRisk, NoteTerms, note_risks
from calculations.clo.pool_detail import PoolDetail
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.reinvestment import ReinvestedPool
from calculations.clo.scenarios import Scenarios
from calculations.curves import Curve, spots
from calculations.discounting import scenario_interval_rates


@dataclass(frozen=True, eq=False)
class Projection:
    """What became of a deal.

    `detail` is what its features asked of the pool; `bought` are the flows of reinvested loans; `assets` the rows of each
    asset by scenario, where they were asked for; `risk` by class; `equity` the return of the sub notes at their price,
    None without one.
    """

    scenarios: Scenarios
    dates: DealDates
    index: Floats  # (scenarios, periods)
    flows: PoolFlows
    detail: PoolDetail
    bought: PoolFlows
    assets: tuple[AssetFlows, ...]
    result: DealResult
    risk: Mapping[str, NoteRisk]
    equity: EquityReturns | None
    rejections: tuple[Rejection, ...]


def run(
    deal: Deal, pool: Holdings, scenarios: Scenarios, preset: Preset = STANDARD, *, details: bool = False
) -> Projection:
    """Project the pool and pay the deal in every scenario. `details` keeps asset rows and list steps, which takes
    memory: it is for a few scenarios.

    Raises ValueError for a scenario without curve or reinvestment terms, and as the parts do.
    Source: clo-collateral-engine 1 to 4; clo-liabilities-waterfall 1 to 7.
    """
    dates = deal_dates(date_terms(deal.dates), pool.analysis, pool.calendar, preset)
    pool = _as_the_deal_counts(deal, pool)
    parts = PoolParts(pool, scenarios, dates, preset, float(deal.haircuts.fx))
    collateral = funded(deal, parts)
    flows = _with_repaid_interest(deal, collateral.part)
    bought = ReinvestedPool(scenarios, dates, preset)
    curves = [_curve(item.name, item.curve) for item in scenarios.items]
    index = _index(curves, dates, pool.current_index)
    asked = PoolDetails(deal, parts, collateral)
    detail = asked.of(curves)
    result = run_liabilities(
        deal,
        flows,
        PaymentDates.of(dates),
        index,
        reinvested=bought,
        liquidation_price=np.array([item.liquidation_price for item in scenarios.items]),
        ccc=asked.ccc(),
        in_default=pool.in_default,
        detail=detail,
        record_steps=details,
    )
    rows: tuple[AssetFlows, ...] = ()
    if details:
        rows = project_assets(
            pool.assets,
            scenarios,
            pool.analysis,
            pool.calendar,
            preset,
            dates=dates,
            funded=collateral.funded,
            preparing=parts.preparing,
        )
    return Projection(
        scenarios=scenarios,
        dates=dates,
        index=index,
        flows=flows,
        detail=detail,
        bought=bought.flows,
        assets=rows,
        result=replace(result, assumptions=(*result.assumptions, *assumed(deal, parts, collateral))),
        risk=_risk(deal, result, dates, curves, preset),
        equity=_equity(deal, result, dates),
        rejections=collateral.part.rejections,
    )


def _as_the_deal_counts(deal: Deal, pool: Holdings) -> Holdings:
    """The pool with capitalised interest in par, where the deal counts it so. Source: clo-extensions 3.1."""
    if deal.pik.in_par == "exclude":
        return pool
    return replace(pool, assets=tuple(map(counting_pik, pool.assets)))


def _with_repaid_interest(deal: Deal, part: Part) -> PoolFlows:
    """The pool's flows; repaid capitalised interest is interest where the deal says so. Source: clo-extensions 3.1."""
    flows, features = part.flows, part.features
    if deal.pik.repaid_as == "principal":
        return flows
    return replace(
        flows,
        interest=flows.interest + features.pik_scheduled + features.pik_unscheduled,
        scheduled=np.maximum(flows.scheduled - features.pik_scheduled, 0.0),  # what is left is no rounding below zero
        unscheduled=np.maximum(flows.unscheduled - features.pik_unscheduled, 0.0),
    )


def _curve(name: str, curve: Curve | None) -> Curve:
    if curve is None:
        raise ValueError(f"scenario {name}: a curve is needed for the index of the notes, found none")
    return curve


def _index(curves: Sequence[Curve], dates: DealDates, current: float) -> Floats:
    """Index of each period, (scenarios, periods): the current one, then the curve's on the determination dates.

    Source: clo-liabilities-waterfall 1.3 step 1.
    """
    distinct = list(dict.fromkeys(curves))
    levels = spots(distinct, dates.interest_determination, dates.months_between)
    levels[:, 0] = current
    number = {curve: i for i, curve in enumerate(distinct)}
    found: Floats = levels[[number[curve] for curve in curves]]
    return found


def _risk(
    deal: Deal, result: DealResult, dates: DealDates, curves: Sequence[Curve], preset: Preset
) -> dict[str, NoteRisk]:
    """Measures of every class that is not equity and has a balance. Source: clo-liabilities-waterfall 3.4."""
    distinct = list(dict.fromkeys(curves))
    number = {curve: i for i, curve in enumerate(distinct)}
    rates = scenario_interval_rates(distinct, dates.payment, settlement=dates.analysis, frequency=4, preset=preset)
    index_rates = rates if len(distinct) == 1 else rates[[number[curve] for curve in curves]]
    classes: list[tuple[NoteFlows, NoteTerms]] = []
    for name, note in deal.rated.items():
        paid = result.notes[name]
        if not (note.opening_balance or 0) > 0:
            continue
        flows = NoteFlows(
            days=dates.payment,
            opening_balance=paid.balance[:, :-1],
            interest=paid.interest_paid,
            interest_on_deferred=np.zeros_like(paid.interest_paid),
            principal=paid.principal_paid,
            deferred_repaid=paid.deferred_repaid,
        )
        terms = NoteTerms(
            class_name=name,
            settlement=dates.analysis,
            day_count=note.day_count,
            original_balance=float(note.original_balance or note.opening_balance or 0),
            price=None if note.price is None else float(note.price),
            discount_margin=None if note.discount_margin is None else float(note.discount_margin),
        )
        classes.append((flows, terms))
    return {
        terms.class_name: risk
        for (_, terms), risk in zip(classes, note_risks(classes, index_rates, preset), strict=True)
    }


def _equity(deal: Deal, result: DealResult, dates: DealDates) -> EquityReturns | None:
    """Return of the sub notes bought at their price on the analysis date; None without a price or a balance."""
    note = None if deal.equity is None else deal.notes[deal.equity]
    if note is None or note.price is None or not note.opening_balance:
        return None
    paid = result.equity.interest + result.equity.principal
    cost = float(note.price * note.opening_balance)
    return equity_irrs(dates.analysis, np.full(paid.shape[0], cost), dates.payment, paid)
