"""What was bought and what was sold, each as one line of par-weighted figures. How the pool took it does not belong here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats, named
from calculations.clo.compliance.universe import Universe
from calculations.clo.ratings import rating_factor
from calculations.clo.trading.baskets import Fill
from calculations.clo.trading.scores import floored_spread


@dataclass(frozen=True)
class TradeAttributes:
    """Par and its weighted averages; None where nothing was traded or a value is unknown, which `unknown` then tells.

    Spreads and recovery are fractions, `wal` in years, prices in percent of par. Source: clo-compliance 5.4.
    """

    par: float
    spread: float | None
    spread_with_floor: float | None
    rating_factor: float | None
    wal: float | None
    recovery: float | None
    market_value: float | None
    trade_price: float | None
    unknown: tuple[str, ...] = ()


def trade_attributes(
    fills: Iterable[Fill], universe: Universe, current_libor: float | None
) -> tuple[TradeAttributes, TradeAttributes]:
    """Of the purchases and of the sales among the fills; an order that was not filled counts in neither."""
    filled = [done for done in fills if done.par > 0]
    return (
        _attributes([done for done in filled if done.is_purchase], universe, current_libor),
        _attributes([done for done in filled if not done.is_purchase], universe, current_libor),
    )


def _attributes(fills: list[Fill], universe: Universe, current_libor: float | None) -> TradeAttributes:
    place_of = {str(asset_id): place for place, asset_id in enumerate(universe.asset_id)}
    places = np.array([place_of[done.order.asset_id.strip()] for done in fills], dtype=np.int64)
    par = np.array([done.par for done in fills])
    values: dict[str, Floats] = {
        "spread": universe.coupon_spread[places],
        "spread_with_floor": floored_spread(universe, places, current_libor),
        "rating_factor": rating_factor(universe.moodys_rating_warf[places]),
        "wal": universe.wal[places],
        "recovery": universe.moodys_recovery_rate[places],
        "market_value": universe.market_value[places],
        "trade_price": np.array([np.nan if done.price is None else done.price for done in fills]),
    }
    unknown = []
    averages: dict[str, float | None] = {}
    for name, value in values.items():
        is_missing = np.isnan(value)
        averages[name] = None if is_missing.any() or not fills else float(par @ value / par.sum())
        if is_missing.any():
            unknown.append(f"{name.replace('_', ' ')}: unknown for {named(universe.asset_id[places], is_missing)}")
    return TradeAttributes(par=float(par.sum()), **averages, unknown=tuple(unknown))
