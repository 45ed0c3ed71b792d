"""Par bought and sold per asset as one plan, and the room that plans have: who may be traded, how much, for what cash.

Whether a plan is good, or which tests it breaks, does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.trading.baskets import Fill, Order, Position
from calculations.clo.trading.desk import Desk

CENT = 0.01


@dataclass(frozen=True, eq=False)
class Plan:
    """Par bought and par sold of every asset of the universe, both (n,) and >= 0."""

    bought: Floats
    sold: Floats


@dataclass(frozen=True, eq=False)
class Room:
    """What plans are made of, all arrays (n,).

    `unit` is what one of par costs, accrued interest included; `most_bought` and `most_sold` limit each asset (0 where it is
    no candidate). `buy_par` and `sale_par` are bands for the totals, in par.
    """

    position: Position
    unit: Floats
    most_bought: Floats
    most_sold: Floats
    buy_par: tuple[float, float]
    sale_par: tuple[float, float]

    @classmethod
    def of(
        cls,
        desk: Desk,
        position: Position,
        buys: Ints,
        sells: Ints,
        *,
        most_per_name: float = np.inf,
        buy_par: tuple[float, float] = (0.0, np.inf),
        sale_par: tuple[float, float] = (0.0, np.inf),
    ) -> Room:
        """Room for buying the assets at `buys` and selling those at `sells`, at market value."""
        universe = desk.universe
        unit = universe.market_value / 100.0 + (0.0 if desk.accrued is None else desk.accrued)
        most_bought, most_sold = np.zeros(universe.size), np.zeros(universe.size)
        most_sold[sells] = position.par[sells]
        spare = max(0.0, position.cash) + float(most_sold @ np.nan_to_num(unit))
        most_bought[buys] = np.minimum(most_per_name, spare / unit[buys])
        return cls(position, np.nan_to_num(unit), most_bought, most_sold, buy_par, sale_par)

    def none(self) -> Plan:
        return Plan(np.zeros(self.unit.size), np.zeros(self.unit.size))

    def par(self, bought: Floats, sold: Floats) -> Floats:
        """Par held after plans, (..., n); never below zero by rounding."""
        return np.maximum(self.position.par + bought - sold, 0.0)

    def cash(self, bought: Floats, sold: Floats) -> Floats:
        """Principal cash after plans, (...,)."""
        return self.position.cash + (sold - bought) @ self.unit

    def fits(self, bought: Floats, sold: Floats) -> Flags:
        """Which plans stay inside the room, (...,): each asset's limits, the bands and the cash."""
        each = ((bought <= self.most_bought + CENT) & (sold <= self.most_sold + CENT)).all(axis=-1)
        each &= ((bought >= 0) & (sold >= 0)).all(axis=-1)
        cash = self.cash(bought, sold)
        # Sales alone may leave an overdraft that was there before.
        is_paid = (cash >= -CENT) | (bought.sum(axis=-1) <= CENT)
        return each & is_paid & _within(bought, self.buy_par) & _within(sold, self.sale_par)

    def plan_of(self, fills: Iterable[Fill], desk: Desk) -> Plan:
        """The plan that some fills make together."""
        bought, sold = np.zeros(self.unit.size), np.zeros(self.unit.size)
        for done in fills:
            place = desk.market.place(done.order.asset_id)
            (bought if done.is_purchase else sold)[place] += done.par
        return Plan(bought, sold)

    def orders(self, plan: Plan, desk: Desk) -> tuple[Order, ...]:
        """The plan as orders: sales first, since they pay for the purchases; each side in order of asset id."""
        found: list[Order] = []
        for side, par in (("SELL", plan.sold), ("BUY", plan.bought)):
            ids = desk.universe.asset_id
            places = [place for place in np.argsort(ids) if par[place] > CENT]
            found.extend(Order(str(ids[place]), side, float(par[place])) for place in places)
        return tuple(found)


def _within(par: Floats, band: tuple[float, float]) -> Flags:
    total = par.sum(axis=-1)
    return (total >= band[0] - CENT) & (total <= band[1] + CENT)
