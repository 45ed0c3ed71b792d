"""One scenario of a deal from its loans to its payments, in plain Python: loans, loans bought, the call and the lists.

Only what the plain implementations beside it cover: no features of clo-extensions. Source: clo-liabilities-waterfall 1.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields

from calculations.clo.collateral import AssetTerms
from calculations.clo.deal import Deal
from calculations.clo.deal_dates import DealDates
from calculations.clo.presets import STANDARD
from calculations.clo.scenarios import Scenario
from calculations.curves import Curve
from tests.reference.collateral import Projection
from tests.reference.collateral_roll_up import Period as CollateralPeriod
from tests.reference.collateral_roll_up import roll_up
from tests.reference.reinvested import BoughtLoans
from tests.reference.waterfall import Period, Waterfall

NOTHING = 0.01  # collateral at or below this is none


def project(
    deal: Deal, assets: Sequence[AssetTerms], scenario: Scenario, dates: DealDates, current_index: float
) -> list[Period]:
    """What each payment date pays, up to the one that ends the deal."""
    assert scenario.curve is not None
    assert scenario.reinvestment is not None
    count, payment = dates.count, [day.item() for day in dates.payment]
    grid = [day.item() for day in dates.grid]
    own = _pool(assets, scenario, dates)
    bought = BoughtLoans(
        scenario.reinvestment, scenario.curve, grid, [day.item() for day in dates.nominal], dates.months_between
    )
    waterfall = Waterfall(deal)
    beginning = float(deal.beginning_fee_basis or 0)
    liquidating, found = count == 1, []
    for i in range(count):
        collected = _sum(own[i], bought.periods[i])
        left = _sum(own[i + 1], bought.periods[i + 1])
        principal = collected.scheduled + collected.unscheduled + collected.recoveries
        ending = left.performing + left.defaulted + principal
        period = waterfall.pay(
            day=payment[i],
            days=(payment[i] - grid[i]).days,
            index=current_index if i == 0 else _index(scenario.curve, dates, i),
            interest=collected.interest,
            principal=principal,
            unscheduled=collected.unscheduled,
            beginning=beginning,
            ending=ending,
            par=left.performing + left.defaulted_value + principal,
            sale=left.performing * scenario.liquidation_price + left.defaulted_value if liquidating else 0.0,
            liquidating=liquidating,
        )
        found.append(period)
        beginning = ending if ending > 0 else beginning
        if liquidating:
            own = [*own[: i + 1], *(CollateralPeriod() for _ in own[i + 1 :])]
            bought.sell(i + 1)
        bought.buy(i + 1, period.reinvested)
        if (liquidating or left.performing + left.defaulted <= NOTHING) and period.reinvested <= NOTHING:
            break
        if i + 1 < count:
            liquidating = liquidating or i + 2 == count or _is_called(deal, period, payment[i + 1])
    return found


def _pool(assets: Sequence[AssetTerms], scenario: Scenario, dates: DealDates) -> list[CollateralPeriod]:
    begin, ends = dates.collection_begin[0].item(), [day.item() for day in dates.collection_end]
    total = [CollateralPeriod() for _ in range(len(ends) + 1)]
    for asset in assets:
        assumed = scenario.by_asset.get(asset.asset_id, scenario.assumptions)
        plain = Projection(asset, assumed, dates.analysis, scenario.curve, STANDARD)
        periods = roll_up(plain, plain.run(), begin, ends, STANDARD)
        total = [_sum(one, other) for one, other in zip(total, periods, strict=True)]
    return total


def _sum(one: CollateralPeriod, other: CollateralPeriod) -> CollateralPeriod:
    names = [field.name for field in fields(CollateralPeriod)]
    return CollateralPeriod(**{name: getattr(one, name) + getattr(other, name) for name in names})


def _index(curve: Curve, dates: DealDates, i: int) -> float:
    return curve.spot(dates.interest_determination[i].item(), dates.months_between)


def _is_called(deal: Deal, period: Period, following: dt.date) -> bool:
    """Whether this date's distribution to the sub notes sells the pool on the following one. Source: 1.3 step 12."""
    bound, first = deal.call.distribution_below, deal.dates.no_call
    if bound is None or deal.equity is None or (first is not None and following < first):
        return False
    original = deal.notes[deal.equity].original_balance or 0
    return period.sub_interest + period.sub_principal < float(bound) * float(original)
