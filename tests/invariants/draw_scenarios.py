"""Random scenarios of a pool, from a seeded source: rates by period, shifted curves, assumptions of single assets. No
deals, no expected values.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random

from calculations.clo.collateral import AssetTerms
from calculations.clo.scenarios import RATING, Assumptions, Rates, ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from tests.invariants.draw_pools import ANALYSIS

TENORS = (1, 3, 6, 12, 24, 60, 120)
CALM = "calm"
TWIN = "twin"


def draw_scenarios(source: Random, assets: Sequence[AssetTerms], currencies: Collection[str] = ()) -> Scenarios:
    """One to three scenarios with one curve or a shifted one, each with rates of `currencies`; some are `calm`, some a `twin` of the first which differs
    in severity and lag alone."""
    level, slope = source.uniform(0.0, 0.06), source.uniform(-0.003, 0.01)
    curve = Curve.of(ANALYSIS, {tenor: level + slope * (1 - math.exp(-tenor / 24)) for tenor in TENORS})
    found = [
        replace(_scenario(source, str(number), curve, assets), spot_rates={name: _spot(source) for name in currencies})
        for number in range(source.randint(1, 2))
    ]
    kind = source.random()
    if kind < 0.2:
        found.append(replace(found[0], name=CALM, assumptions=Assumptions(), by_asset={}))
    elif kind < 0.4:
        found.append(_twin(source, found[0]))
    return Scenarios.of(found)


def _scenario(source: Random, name: str, curve: Curve, assets: Sequence[AssetTerms]) -> Scenario:
    overrides = {asset.asset_id: _assumptions(source) for asset in assets if source.random() < 0.05}
    shift = source.choice((0.0, 0.0, 0.01, -0.005))
    return Scenario(
        name=name,
        assumptions=_assumptions(source),
        curve=curve.shifted(shift) if shift else curve,
        by_asset=overrides,
        reinvestment=ReinvestmentTerms(
            spread=source.uniform(0.01, 0.06),
            floor=source.choice((0.0, 0.01)),
            maturity_months=source.randint(3, 36),
            price=source.uniform(0.8, 1.02),
            assumptions=replace(_assumptions(source), cdr=_rates(source, 0.2)),
        ),
        liquidation_price=source.uniform(0.5, 1.05),
    )


def _spot(source: Random) -> dict[dt.date, float]:
    """Rates of a currency: that of the analysis date and of up to twelve later days."""
    days = [0, *(source.randint(1, 1_500) for _ in range(source.choice((0, 4, 12))))]
    level = source.uniform(0.6, 1.5)
    return {ANALYSIS + dt.timedelta(day): level * source.uniform(0.85, 1.15) for day in days}


def _assumptions(source: Random) -> Assumptions:
    return Assumptions(
        cpr=_rates(source, 0.5),
        cdr=RATING if source.random() < 0.1 else _rates(source, source.choice((0.03, 0.1, 0.4))),
        severity=_rates(source, 1.0),
        lag_months=source.choice((0, 0, 3, 6, 7, 12, 18)),
    )


def _rates(source: Random, most: float) -> Rates:
    if source.random() < 0.6:
        return source.uniform(0.0, most)
    return tuple(source.choice((0.0, source.uniform(0.0, most))) for _ in range(source.randint(1, 5)))


def _twin(source: Random, first: Scenario) -> Scenario:
    other = _assumptions(source)

    def changed(assumed: Assumptions) -> Assumptions:
        return replace(assumed, severity=other.severity, lag_months=other.lag_months)

    by_asset = {asset: changed(assumed) for asset, assumed in first.by_asset.items()}
    return replace(first, name=TWIN, assumptions=changed(first.assumptions), by_asset=by_asset)
