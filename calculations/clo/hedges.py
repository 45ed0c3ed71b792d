"""Assets in another currency, with or without a given hedge, in the deal's currency. How a loan pays in its own currency
does not belong here; nor does where the deal pays a counterparty.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calculations.clo.collateral import AssetTerms, FeatureFlows
from calculations.clo.columns import Floats
from calculations.clo.pool_flows import PoolFlows
from calculations.daycount import Days


@dataclass(frozen=True)
class Hedge:
    """A swap on an asset: `rate` is deal currency per unit of the asset's, `ratio` the share of the asset hedged.

    The counterparty takes the asset's interest and pays the base leg: a fixed `coupon` or, for a floating one, the
    deal's index plus `spread`. Raises ValueError with HEDGE_RATIO or HEDGE_CURRENCY. Source: clo-extensions 3.5.
    """

    currency: str
    base_currency: str
    rate: float
    ratio: float = 1.0
    coupon: float = 0.0
    coupon_type: str = "FIXED"
    spread: float = 0.0
    day_count: str = "30/360"

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise ValueError(f"HEDGE_RATIO: ratio must be above 0 and at most 1, found {self.ratio!r}")
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise ValueError(f"hedge rate must be a number > 0, found {self.rate!r}")
        if self.currency == self.base_currency:
            raise ValueError(f"HEDGE_CURRENCY: currency must differ from {self.base_currency}, found the same")


@dataclass(frozen=True, eq=False)
class HedgedFlows:
    """Flows in the deal's currency, and what closing the hedge of defaulted par brings (below 0: costs) by period."""

    flows: PoolFlows
    close_out: Floats


def hedged_part(asset: AssetTerms, hedge: Hedge) -> AssetTerms:
    """The hedged share of an asset as an asset in the deal's currency: amounts at the hedge's rate, interest its base leg,
    which does not step with the asset's own rate. An event that is refused to the asset is refused to its hedged share.
    """
    events = (event if event.problem_of_terms() else replace(event, rate=None) for event in asset.events)
    return replace(
        _scaled(asset, hedge.ratio * hedge.rate),
        steps=(),
        events=tuple(events),
        coupon=hedge.coupon,
        coupon_type=hedge.coupon_type,
        spread=hedge.spread,
        floor=None,
        cap=None,
        day_count=hedge.day_count,
    )


def unhedged_part(asset: AssetTerms, hedge: Hedge | None) -> AssetTerms | None:
    """What no hedge covers, in the asset's own currency; None where nothing is left."""
    share = 1.0 if hedge is None else 1.0 - hedge.ratio
    return None if share == 0.0 else _scaled(asset, share)


def _scaled(asset: AssetTerms, factor: float) -> AssetTerms:
    """So many times the asset: all its terms that are amounts. Its instalments count by their shares alone."""
    pik, draws = asset.pik, asset.draws
    return replace(
        asset,
        par=asset.par * factor,
        pik=pik and replace(pik, balance=pik.balance * factor),
        draws=draws
        and replace(
            draws,
            unfunded=draws.unfunded * factor,
            draws=tuple((date, amount * factor) for date, amount in draws.draws),
        ),
    )


def hedged_flows(projected: PoolFlows, hedge: Hedge, spot: Floats) -> HedgedFlows:
    """Flows of `hedged_part` with defaulted par at spot; `spot` (scenarios, periods + 1), column 0 at the beginning.

    Performing par stays at the hedge's rate. What defaults leaves the hedge, which is closed at spot; it is recovered
    at the spot of the day, and its stock is restated at each period's end, so that stock and flows differ by the
    currency's move. Source: clo-extensions 3.5.
    """
    moved = spot / hedge.rate
    at_spot = moved[:, 1:]
    flows = replace(
        projected,
        recoveries=projected.recoveries * at_spot,
        net_loss=projected.net_loss * at_spot,
        default_value=projected.default_value * at_spot,
        defaulted=projected.defaulted * moved,
        defaulted_value=projected.defaulted_value * moved,
    )
    return HedgedFlows(flows=flows, close_out=projected.defaults * (1.0 - at_spot))


def unhedged_flows(projected: PoolFlows, spot: Floats, fx_haircut: float = 0.0) -> PoolFlows:
    """Flows in another currency at spot (scenarios, periods + 1); performing par counts less the haircut.

    Source: clo-extensions 3.5.
    """
    if not 0 <= fx_haircut <= 1:
        raise ValueError(f"fx_haircut must be a fraction from 0 to 1, found {fx_haircut!r}")
    balances = {"performing", "defaulted", "defaulted_value"}
    moved = {
        name: getattr(projected, name) * (spot if name in balances else spot[:, 1:])
        for name in PoolFlows.__dataclass_fields__
    }
    moved["performing"] = moved["performing"] * (1.0 - fx_haircut)
    return PoolFlows(**moved)


def features_at_spot(projected: FeatureFlows, spot: Floats) -> FeatureFlows:
    """What loans in another currency do beside their flows, at spot (scenarios, periods + 1) as `unhedged_flows` takes it.

    A restructuring may capitalise what such a loan accrued, so that its principal repays interest later. Source:
    clo-extensions 3.1, 3.4, 3.5.
    """
    amounts = {name: getattr(projected, name) for name in FeatureFlows.__dataclass_fields__}
    # flows have no column for the beginning, balances have one
    return FeatureFlows(**{name: amount * spot[:, -amount.shape[1] :] for name, amount in amounts.items()})


def spot_path(rates: Mapping[dt.date, float], days: Days) -> tuple[Floats, bool]:
    """The rate on each of `days` (n,): the last one given on or before it. Whether days lie beyond the last rate given.

    Raises ValueError with FX_MISSING where a day has no rate on or before it. Source: clo-extensions 3.5.
    """
    given = sorted(rates.items())
    for date, rate in given:
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"FX_MISSING: the rate of {date} must be a number > 0, found {rate!r}")
    if not given or days.min() < np.datetime64(given[0][0], "D"):
        raise ValueError(f"FX_MISSING: a rate is needed on or before {days.min()}, found none")
    known = np.array([date for date, _ in given], dtype="datetime64[D]")
    values = np.array([rate for _, rate in given], dtype=np.float64)
    return values[np.searchsorted(known, days, side="right") - 1], bool(days.max() > known[-1])
